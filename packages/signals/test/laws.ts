/** Random tests with a seed and a count: `LAW_RUNS=3000 LAW_SEED=1 pnpm vitest run packages/signals`. */
import type { FeedEvent } from "@boltodds/protocol"
import { worldLife } from "./world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

/** Holds a law for many lives, and names the seed of one that breaks it. */
export const forLives = (
  law: (events: ReadonlyArray<FeedEvent>, seed: number) => void,
  usual = 12,
  pace = 900,
): void => {
  const runs = Number(process.env["LAW_RUNS"] ?? usual)
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      law(worldLife(seed, 70, pace), seed)
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

export const run = "01J00000000000000000000000"
