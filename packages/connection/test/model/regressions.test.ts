import { describe, expect, it } from "vitest"
import { regressions } from "./regressions.ts"
import { runScript } from "./runScript.ts"

describe("what once went wrong, and holds now:", () => {
  for (const { holds, script } of regressions) {
    it(holds, async () => {
      expect((await runScript(script)).failures).toEqual([])
    })
  }
})
