import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it } from "vitest"
import { loadPatterns } from "../src/internal/cel/patterns.ts"
import { treeOf } from "../src/internal/treeOf.ts"
import { type Case, passes } from "./conformance/Case.ts"

const textOf = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8")

const cases = textOf("conformance/simple.ndjson").trim().split("\n").map((line) => JSON.parse(line) as Case)

const failing = JSON.parse(textOf("conformance/failing.json")) as ReadonlyArray<string>

beforeAll(() => Effect.runPromise(loadPatterns(treeOf("matches"))))

describe("the conformance tests of CEL", () => {
  it("pass, but for those that are listed", () => {
    const found = cases.filter((each) => !passes(each)).map(({ f, s, n }) => `${f}/${s}/${n}`)
    expect(found).toEqual(failing)
  })

  it("are counted right on the page about expressions", () => {
    const rows = [...textOf("../../../docs/expressions.md").matchAll(/^\| `(\w+)` +\| +(\d+) of (\d+) +\|/gm)]
    const told = rows.map(([, file, passed, all]) => [file, Number(passed), Number(all)])
    const files = [...new Set(cases.map(({ f }) => f))]
    const counted = files.map((file) => {
      const all = cases.filter(({ f }) => f === file).length
      return [file, all - failing.filter((name) => name.startsWith(`${file}/`)).length, all]
    })
    expect(told).toEqual(counted)
  })
})
