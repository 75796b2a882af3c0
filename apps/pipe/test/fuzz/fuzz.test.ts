import { describe, expect, it } from "vitest"
import { commandLines } from "./commandLines.ts"
import { configurations } from "./configurations.ts"
import { frames } from "./frames.ts"
import { fuzz, regress, type Target } from "./fuzz.ts"
import { recordings } from "./recordings.ts"
import { restBodies } from "./restBodies.ts"

// For longer, and from elsewhere: FUZZ_SECONDS=1800 FUZZ_SEED=1 pnpm vitest run apps/pipe/test/fuzz
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0)
const seed = Number(process.env["FUZZ_SEED"] ?? 1)

const targets = [frames, restBodies, recordings, configurations, commandLines] as ReadonlyArray<Target<unknown>>

describe("mutated input ends in a documented result", () => {
  describe.each(targets)("$name", { timeout: 600_000 + seconds * 1000 }, (target) => {
    it("from a seed", async () => {
      const counts = await fuzz(target, seed, seconds / targets.length)
      if (seconds > 0) console.log(`${target.name}: ${counts.inputs} inputs of ${counts.seeds} seeds, no finding`)
      expect(counts.inputs).toBeGreaterThanOrEqual(target.inputsPerSeed)
    })

    it.each(Object.keys(target.regressions))("as it once went wrong: %s", async (name) => {
      await regress(target, name)
    })
  })
})
