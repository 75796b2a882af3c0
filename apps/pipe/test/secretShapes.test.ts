import { ConfigErrors, loadPipeline } from "@boltodds/config"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse, stringify } from "yaml"
import { makeRegistry } from "@boltodds/parts"
import { fileGuards } from "../src/configuration/fileGuards.ts"
import { allowsAll } from "../src/commandLine/allowed.ts"

const folder = fileURLToPath(new URL("../../../examples/pipelines/", import.meta.url))
const registry = await makeRegistry({ guards: fileGuards(allowsAll), endsWhen: () => {} })

/** What `check` prints of a text, `--resolved` included. */
const printedOf = async (text: string, file: string): Promise<string> => {
  const result = await Effect.runPromise(Effect.result(loadPipeline(text, { file, registry, env: { PATH: "/bin" } })))
  if (result._tag === "Success") return JSON.stringify([result.success.resolved, result.success.warnings])
  expect(result.failure).toBeInstanceOf(ConfigErrors)
  return result.failure.message + JSON.stringify(result.failure.problems.map((problem) => ({ ...problem, path: [] })))
}

/** All shapes at all places take minutes of processor time, so a place gets every fourth, the next place those after them. */
const isWhole = process.env["SECRET_SHAPES"] === "all"
let places = 0
const someOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const place = places++
  return isWhole ? all : all.filter((_, index) => (index + place) % 4 === 0)
}

type Path = ReadonlyArray<string | number>

const pathsIn = (value: unknown, path: Path = []): ReadonlyArray<Path> =>
  typeof value !== "object" || value === null ? [path] : [
    path,
    ...Object.entries(value).flatMap(([key, inside]) =>
      pathsIn(inside, [...path, Array.isArray(value) ? Number(key) : key])
    ),
  ]

const at = (value: unknown, path: Path): unknown =>
  path.reduce((found, key) => (found as { readonly [key: string | number]: unknown })[key], value)

const replaced = (value: unknown, path: Path, by: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return by
  return Array.isArray(value)
    ? value.map((item, index) => index === key ? replaced(item, rest, by) : item)
    : { ...value as object, [key]: replaced((value as { readonly [key: string]: unknown })[key], rest, by) }
}

const renamed = (value: unknown, path: Path, name: string): unknown => {
  const around = path.slice(0, -1)
  return replaced(
    value,
    around,
    Object.fromEntries(
      Object.entries(at(value, around) as object).map(([key, inside]) => [key === path.at(-1) ? name : key, inside]),
    ),
  )
}

const shapes: ReadonlyArray<(marker: string) => unknown> = [
  (marker) => [marker],
  (marker) => [[marker]],
  (marker) => ({ x: marker }),
  (marker) => ({ [marker]: null }),
  (marker) => ({ [marker]: "x", y: 1 }),
  (marker) => ({ inline: marker }),
  (marker) => ({ env: marker }),
  (marker) => ({ file: marker }),
  (marker) => ({ env: [marker] }),
  (marker) => ({ env: marker, file: marker }),
  (marker) => ({ env: { x: marker } }),
]

/** Looks like a webhook of a chat. */
const address = "https://chat.example/api/webhooks/1/MARKERabc0123def4567"
/** Looks like nothing, but for its place. */
const word = "Marker hunter2"

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === "string")

const pages = readdirSync(folder).filter((name) => name.endsWith(".yaml"))

describe("a secret in a wrong shape, in each example configuration,", { concurrent: true }, () => {
  it.each(pages)("is printed by nothing that checks %s", async (page) => {
    const document: unknown = parse(readFileSync(folder + page, "utf8"))
    const printed = async (changed: unknown): Promise<void> => {
      // In one line, which every mistake shows.
      const text = JSON.stringify(changed)
      expect(await printedOf(text, folder + page), text).not.toMatch(/MARKER|hunter2/)
    }
    for (const path of pathsIn(document)) {
      const held = at(document, path)
      const wrong = isTexts(held) ? shapes.slice(1) : shapes
      for (const shape of someOf(wrong)) await printed(replaced(document, path, shape(address)))
      // A text in place of a text may be what is meant; in place of anything else it is a mistake.
      if (typeof held !== "string" && held !== null) await printed(replaced(document, path, address))
      if (typeof held !== "object" || held === null || Array.isArray(held)) continue
      await printed(replaced(document, path, { ...held, [address]: "x" }))
      await printed(replaced(document, path, { ...held, unknown_key: address }))
    }
    // The names of sinks, and of the fields that `map` writes, are the user's own.
    for (const path of pathsIn(document)) {
      if (
        path.length > 0 && typeof path.at(-1) === "string" && path.length !== 2 && !path.slice(0, -1).includes("map")
      ) {
        await printed(renamed(document, path, address))
      }
    }
  })
})

describe("a secret in a comment, in each example configuration,", { concurrent: true }, () => {
  it.each(pages)("is printed by nothing that checks %s", async (page) => {
    const text = readFileSync(folder + page, "utf8")
    const plain = JSON.stringify(parse(text))
    const lines = text.split("\n")
    // A line of a text of several lines has no comment.
    const isComment = lines.map((line, index) =>
      JSON.stringify(parse(lines.with(index, `${line} # Marker hunter2`).join("\n"))) === plain
    )
    const marked = lines.map((line, index) => isComment[index] === true ? `${line} # Marker hunter2` : line)
    for (const [index, line] of marked.entries()) {
      if (isComment[index] !== true) continue
      for (
        const wrong of someOf([
          line.replace(/[\w-]+:/, "wrong_key:"),
          line.replace(/: (?=[^#])/, ": [[wrong]] "),
          line.replace(/(?= #)/, " ]"),
          line.replace(/(?= #)/, ' "'),
          line.replace(/(?= #)/, ": x: y"),
          `\u0002 ${line}`,
        ])
      ) {
        const printed = await printedOf(marked.with(index, wrong).join("\n"), folder + page)
        expect(printed, wrong).not.toContain("hunter2")
      }
    }
  })

  it.each(pages)("is printed by nothing that checks %s where it is a comment of another language", async (page) => {
    const text = readFileSync(folder + page, "utf8")
    const lines = text.split("\n")
    const comments = [" // Marker hunter2", " /* Marker hunter2 */", "// Marker hunter2", " /*\n Marker hunter2\n*/"]
    for (const [index, line] of lines.entries()) {
      // What follows a # is a comment anyway.
      if (line.includes("#")) continue
      for (const comment of someOf(comments)) {
        for (
          const wrong of [
            `${line}${comment}`,
            `${line.replace(/[\w-]+:/, "wrong_key:")}${comment}`,
            `${line} ]${comment}`,
          ]
        ) {
          const printed = await printedOf(lines.with(index, wrong).join("\n"), folder + page)
          // A comment of CEL is a part of its expression: where nothing is wrong, `--resolved` shows it whole.
          if (printed.startsWith("[")) continue
          expect(printed, wrong).not.toContain("hunter2")
        }
      }
    }
  })

  it("is printed by nothing that checks a condition of several lines", async () => {
    const text = (condition: string): string =>
      `version: 1\nsource: stdin\nsinks:\n  a:\n    stdout: {}\n    emit: changes\n    where: ${condition}\n`
    for (
      const condition of [
        "|\n      odds > 100 // Marker hunter2\n        && odds < // Marker hunter2\n",
        '"oddz > 1 // Marker hunter2"',
        "odds > 1 && // Marker hunter2",
        ">\n      oddz > 1//Marker hunter2\n",
      ]
    ) {
      const printed = await printedOf(text(condition), "pipeline.yaml")
      expect(printed, condition).not.toContain("hunter2")
      expect(printed, condition).toContain("odd")
    }
  })
})

const sinks = (webhook: unknown): unknown => ({
  version: 1,
  source: "stdin",
  sinks: { hook: { webhook, emit: "changes" } },
})
const right = { url: "https://example.com/", unsigned: true }

describe("at and below a place that is for a secret", () => {
  it.each([
    ["the options of the sink", (shape: unknown) => sinks(shape)],
    ["the address", (shape: unknown) => sinks({ ...right, url: shape })],
    ["the secret", (shape: unknown) => sinks({ url: "https://example.com/", secret: shape })],
    ["one of several secrets", (shape: unknown) => sinks({ url: "https://example.com/", secret: [shape] })],
    ["the headers", (shape: unknown) => sinks({ ...right, headers: shape })],
    ["a header", (shape: unknown) => sinks({ ...right, headers: { Authorization: shape } })],
    [
      "the key of the feed",
      (shape: unknown) => ({ version: 1, source: { feed: { key: shape } }, sinks: { a: { stdout: {} } } }),
    ],
    [
      "the options of the feed",
      (shape: unknown) => ({ version: 1, source: { feed: shape }, sinks: { a: { stdout: {} } } }),
    ],
  ])("any text is hidden: %s", async (_, document) => {
    for (const shape of [(marker: string): unknown => marker, ...shapes]) {
      for (const marker of [word, address, `whsec_${word}`]) {
        for (const text of [stringify(document(shape(marker))), JSON.stringify(document(shape(marker)))]) {
          expect(await printedOf(text, "pipeline.yaml"), text).not.toMatch(/MARKER|hunter2/)
        }
      }
    }
  })

  it("a text that is no YAML is hidden too", async () => {
    for (
      const broken of ["url: [", 'url: "x', "{ url", "url: *x", "url: &x", "- url", "url: |", "url: !x", "url: a: b"]
    ) {
      for (const marker of [word, address]) {
        const text =
          `version: 1\nsource: stdin\nsinks:\n  hook:\n    webhook:\n      ${broken} ${marker}\n     secret: ${marker}\n`
        expect(await printedOf(text, "pipeline.yaml"), text).not.toMatch(/MARKER|hunter2/)
      }
    }
  })
})
