import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { allMutants } from "../allMutants.ts"

const mutants = await allMutants()
const root = fileURLToPath(new URL("../..", import.meta.url))

describe("the mutants", () => {
  it("still find the place that they break, once each", () => {
    for (const { file, from, to, does } of mutants) {
      expect(readFileSync(root + file, "utf8").split(from).length - 1, `${does}: ${file}`).toBe(1)
      expect(to, does).not.toBe(from)
    }
  })

  it("break every rule that prices hang on", () => {
    expect(new Set(mutants.map(({ rule }) => rule))).toEqual(
      new Set([
        "best prices",
        "opportunities",
        "lives of signals",
        "closing prices",
        "scope",
        "epoch guard",
        "settling",
        "paused time",
        "limiter",
        "lane accounting",
        "reports of losses",
        "resnapshots",
        "lost games",
        "block timeout",
        "coalescing",
      ]),
    )
  })

  it("name tests that are there", () => {
    for (const path of new Set(mutants.flatMap(({ tests }) => tests))) {
      const candidates = [path, `${path}.test.ts`]
      expect(candidates.some((candidate) => existsSync(root + candidate)), path).toBe(true)
    }
  })
})
