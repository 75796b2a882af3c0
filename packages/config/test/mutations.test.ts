import { ConfigErrors, loadPipeline } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { load } from "./fixtures/load.ts"
import { makeWorld } from "./fixtures/registry.ts"

const document = `version: 1
x-lane: &lane { max_age: 30s, batch: { records: 100, bytes: 256KiB } }
source: { feed: { sports: [NBA], sportsbooks: [draftkings] } }
sinks:
  screen: { stdout: {}, emit: changes, where: 'sport == "NBA" && odds >= 150' }
  hook:
    webhook: { url: "https://example.com/\${A}", secret: { env: A }, port: "\${B:-80}" }
    where: >-
      change == "line_moved"
      && odds != null
    processors: [{ min_move: { cents: 5 } }, { map: { x: 'odds + 1' } }, dedupe]
    lane: *lane
    fallback: reserve
  reserve: { file: { path: reserve.ndjson } }
run: { for: 1h30m, count: 10 }
`

/** Pieces that mean something in this language. */
const pieces = [
  ..."{}[]:,'\"#&*!|>-?%@`$\\\n\t \u00e9\ud83d\ude00\u0000",
  "${",
  "}",
  "<<: *lane",
  "\n  ",
  "null",
  "1e999",
  "__proto__",
  "~",
  "---",
]

const mutation = fc.record({
  at: fc.nat(document.length),
  remove: fc.oneof(fc.nat(3), fc.nat(40)),
  insert: fc.oneof(fc.constant(""), fc.constantFrom(...pieces), fc.string({ maxLength: 5 })),
})

const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((mutations) =>
  mutations.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), document)
)

const outcomeOf = (text: string) => Effect.runPromise(Effect.result(load(text, { env: { A: "hunter22" } })))

const expectPlaces = (text: string, { problems }: ConfigErrors): void => {
  expect(problems.length).toBeGreaterThan(0)
  const lines = text.split("\n")
  for (const { line, column, length, message, remedy, source } of problems) {
    const held = lines[line - 1]
    expect(held).toBeDefined()
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual(held!.length + 1)
    expect(length).toBeGreaterThanOrEqual(1)
    expect(source.length).toBe(held!.replace(/\r$/, "").length)
    expect(message).toMatch(/^(Cannot|Unknown) /)
    expect(remedy).not.toBe("")
    expect(message + remedy).not.toContain("hunter22")
  }
}

describe("any text", () => {
  it("near a valid one is a pipeline, or has mistakes at places inside of it: nothing is thrown, no variable is shown", async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => {
        const result = await outcomeOf(text)
        if (result._tag === "Failure") {
          expect(result.failure).toBeInstanceOf(ConfigErrors)
          expectPlaces(text, result.failure)
        } else {
          expect(JSON.stringify(result.success)).not.toContain("hunter22")
          // What is accepted can be opened.
          expect(result.success.open({ run: "R", log: () => {} }).routes.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 600 },
    )
  })

  it("at all is a pipeline, or has mistakes", async () => {
    const some = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.constantFrom(...pieces, "sinks", "source", "version: 1")).map((it) => it.join("")),
    )
    await fc.assert(
      fc.asyncProperty(some, async (text) => {
        const result = await outcomeOf(text)
        if (result._tag === "Failure") expectPlaces(text, result.failure)
      }),
      { numRuns: 400 },
    )
  })

  it("that is nested without measure, or grows by its aliases, is refused", async () => {
    const nested = await outcomeOf(`version: 1\nx-a: ${"[".repeat(20_000)}`)
    expect(nested._tag).toBe("Failure")
    const bomb = Array.from(
      { length: 9 },
      (_, n) => `x-${n}: &a${n} [${Array(9).fill(n === 0 ? "x" : `*a${n - 1}`).join(", ")}]`,
    )
    const grown = await outcomeOf(`version: 1\n${bomb.join("\n")}`)
    expect(grown._tag).toBe("Failure")
    if (grown._tag === "Failure") expect(grown.failure.message).toContain("its aliases stand for more than")
  })

  it("reads the same with the line ends of another system", async () => {
    const result = await outcomeOf(document.replaceAll("\n", "\r\n").replace("odds >= 150", "ods >= 150"))
    expect(result._tag === "Failure" ? result.failure.problems.map(({ line, column }) => [line, column]) : []).toEqual([
      [5, 66],
    ])
  })

  it("is found, and its modules and secrets too, beside its file", async () => {
    const { registry } = makeWorld()
    const lamp = fileURLToPath(new URL("fixtures/pipeline/lamp.ts", import.meta.url))
    const file = join(dirname(lamp), "pipeline.yaml")
    const text =
      "version: 1\nplugins: [./lamp.ts]\nsource: demo\nsinks: { a: { lamp: { token: { file: token.txt } } } }"
    const pipeline = await Effect.runPromise(loadPipeline(text, { file, registry }))
    expect(pipeline.sinks[0]!.type).toBe("lamp")
  })
})
