import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Life, live } from "./life.ts"

// More, and from elsewhere: CHAOS_RUNS=10000 CHAOS_SEED=1 pnpm vitest run apps/pipe/test/chaos
const runs = Number(process.env["CHAOS_RUNS"] ?? 100)
const firstSeed = Number(process.env["CHAOS_SEED"] ?? 1)

/** Lives that once went wrong. */
const regressions: ReadonlyArray<number> = []

const lives = (seeds: ReadonlyArray<number>): Effect.Effect<Life> =>
  Effect.gen(function* () {
    let events = 0
    let connections = 0
    let believed = 0
    for (const seed of seeds) {
      const life = yield* Effect.scoped(live(seed)).pipe(
        Effect.catchDefect((defect) => Effect.die(new Error(`seed ${seed} ${String(defect)}`, { cause: defect }))),
      )
      events += life.events
      connections += life.connections
      believed += life.believed
    }
    return { events, connections, believed }
  })

describe("under every fault", { timeout: 240_000 + runs * 1_000 }, () => {
  it.effect("a reader believes only prices that it received, one socket is open, and in the end the book is the server's", () =>
    Effect.gen(function* () {
      const { connections, believed } = yield* lives(Array.from({ length: runs }, (_, index) => firstSeed + index))
      expect(connections).toBeGreaterThan(runs * 3)
      expect(believed).toBeGreaterThan(runs * 500)
    }))

  it.effect("what once went wrong stays right", () => lives(regressions))
})
