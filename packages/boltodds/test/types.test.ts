import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

describe("the types of boltodds", () => {
  it("have no Effect in them, as far as this package declares them", () => {
    expect(read("../api.txt")).not.toMatch(/\b(?:Effect|Schema|Stream|Scope|Duration|Redacted|Exit|Cause|Option)\b/)
  })

  it("take from other packages only what has no Effect in its signature", () => {
    const taken = [...read("../api.txt").matchAll(/^(\w+): of (@boltodds\/[\w-]+)$/gm)]
    expect(taken.length).toBeGreaterThan(20)
    for (const [, name, from] of taken) {
      const api = read(`../../${from!.slice("@boltodds/".length)}/api.txt`)
      const declared = api.split("\n\n").filter((part) =>
        new RegExp(`^(?:interface|type|class|const|function) ${name}\\b`).test(part)
      )
      expect(declared, `${name} of ${from}`).not.toHaveLength(0)
      for (const part of declared) {
        expect(part.split(`\nconst ${name}:`)[0]).not.toMatch(/\b(?:Effect|Schema|Stream|Scope|Duration)\./)
      }
    }
  })
})
