/** The examples of the README print what stands beside them. */
import * as view from "@boltodds/view"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { inspect } from "node:util"
import { describe, expect, it } from "vitest"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!)

/** What an example prints, by its comments: one after a call, or lines of their own after a loop. */
const promised = (example: string): ReadonlyArray<string> => {
  const lines = example.split("\n")
  return lines.flatMap((line, index) => {
    const beside = /console\.log\(.*\) \/\/ (.*)$/.exec(line)
    if (beside !== null) return [beside[1]!]
    const before = lines.slice(0, index).findLast((each) => !each.startsWith("//"))
    return line.startsWith("// ") && before === "}" ? [line.slice(3)] : []
  })
}

describe("the README", () => {
  it("has examples", () => {
    expect(examples.length).toBe(1)
  })

  it.each(examples)("prints what it says: %#", (example) => {
    const printed: Array<string> = []
    const log = (...values: ReadonlyArray<unknown>): void => {
      printed.push(values.map((value) => typeof value === "string" ? value : inspect(value)).join(" "))
    }
    const code = stripTypeScriptTypes(
      example.replaceAll(/^import (\{[^}]*\}) from "@boltodds\/view"$/gm, "const $1 = library"),
    )
    new Function("library", "console", code)(view, { log })
    expect(printed).toEqual(promised(example))
    expect(printed.length).toBeGreaterThan(1)
  })
})
