/** Configurations of one kind of text, many times over. With work in the square of their length each takes minutes. */
import { ConfigErrors, loadPipeline, renderProblems } from "@boltodds/config"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { patience } from "@boltodds/testing/patience"
import { makeRegistry } from "@boltodds/parts"

const registry = await makeRegistry({ endsWhen: () => {} })

const count = 5_000
const timeout = 15_000 * patience()

/** How many mistakes a text has, and what the first of them is. */
const checked = async (text: string): Promise<{ readonly mistakes: number; readonly first: string }> => {
  const loading = loadPipeline(text, { file: "pipeline.yaml", registry, env: {} })
  const result = await Effect.runPromise(Effect.result(loading))
  if (result._tag === "Success") return { mistakes: 0, first: "" }
  expect(result.failure).toBeInstanceOf(ConfigErrors)
  return { mistakes: result.failure.problems.length, first: result.failure.problems[0]!.message }
}

const many = (make: (n: number) => string, between = ", "): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(between)
const sinks = (make: (n: number) => string): string =>
  `{ version: 1, source: simulator, sinks: { ${many((n) => `s${n}: { ${make(n)} }`)} } }`
const inSink = (text: string): string => `{ version: 1, source: simulator, sinks: { a: { ${text} } } }`

describe("a large configuration is checked in time with its length:", () => {
  it.each<readonly [string, string, number, string]>([
    ["sinks of no known type, in one line", sinks(() => "nope: {}"), count, "Unknown sink type `nope`"],
    ["sinks with two mistakes", sinks(() => "webhook: { url: x }"), 2 * count, "Cannot "],
    ["keys that nobody knows", inSink(`stdout: {}, ${many((n) => `k${n}: 1`)}`), count, "Cannot use `k0`"],
    ["options that nobody knows", inSink(`stdout: { ${many((n) => `k${n}: 1`)} }`), count, "Cannot use `k0`"],
    ["one name many times", inSink(many(() => "stdout: {}")), count - 1, "Cannot read the text: the key `stdout`"],
    [
      "aliases",
      sinks(() => "<<: *a").replace("sinks", "x-a: &a { nope: {} }, sinks"),
      count,
      "Unknown sink type",
    ],
    [
      "aliases of nothing",
      inSink(`stdout: {}, emit: [${many(() => "*b")}]`),
      count + 1,
      "Cannot use `emit`",
    ],
    ["mappings in mappings", inSink(`${"a: { ".repeat(count)}${" }".repeat(count)}`), 1, "Cannot read the text"],
    ["one long value", inSink(`stdout: {}, emit: "${"x ".repeat(100 * count)}"`), 1, "Unknown emit `***`"],
    ["fallbacks to nobody", sinks((n) => `stdout: {}, fallback: t${n}`), count, "Cannot fall back to `t0`"],
    ["fallbacks in a row", sinks((n) => `file: { path: p${n} }${n + 1 < count ? `, fallback: s${n + 1}` : ""}`), 0, ""],
    [
      "fallbacks in a circle",
      sinks((n) => `stdout: {}, fallback: s${(n + 1) % count}`),
      1,
      "Cannot use fallbacks in a",
    ],
    [
      "files with placeholders",
      sinks((n) => `file: { path: "f${n}-{sport}" }`),
      1,
      "whether two sinks write the same file",
    ],
    ["variables that are not set", sinks(() => 'stdout: {}, where: "${NOPE}"'), count, "Cannot fill in `${NOPE}`"],
    [
      "secrets of several lines",
      `version: 1\nsource: simulator\nsinks:\n${
        many((n) => `  s${n}:\n    webhook:\n      url:\n        - a\n        - b`, "\n")
      }\n`,
      2 * count,
      "Cannot ",
    ],
  ])("%s", { timeout }, async (_, text, mistakes, first) => {
    const found = await checked(text)
    expect(found.mistakes).toBe(mistakes)
    expect(found.first).toContain(first)
  })

  it("the text of its mistakes, which all stand in one line", { timeout }, () => {
    const source = "x\u001b".repeat(1_000_000)
    const problems = Array.from({ length: count }, (_, n) => ({
      path: [],
      line: 1,
      column: 1 + n * 100,
      length: 3,
      message: "Cannot use `x`",
      remedy: "remove it",
      source,
    }))
    const text = renderProblems("pipeline.yaml", problems)
    expect(text.split("\n")).toHaveLength(4 * count)
    expect(text).not.toContain("\u001b")
  })
})
