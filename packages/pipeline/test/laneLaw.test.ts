import { block, coalesce, dropNewest, dropOldest, isComplete, type Overflow } from "@boltodds/lane"
import type { Change } from "@boltodds/protocol"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type LaneSetting, live } from "./laneLife.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/pipeline/test/laneLaw
const runs = Number(process.env["LAW_RUNS"] ?? 20)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const policies: Record<string, () => Overflow<Change>> = {
  coalesce,
  drop_oldest: dropOldest,
  drop_newest: dropNewest,
  block,
  "block with a timeout": () => block({ blockTimeout: Duration.seconds(2) }),
}

const settings: Record<string, Omit<LaneSetting, "policy">> = {
  "as it comes": {},
  "side by side": { parallel: true },
  "after where and conflate": { processed: true },
  "with batches that linger": { linger: true, parallel: true },
  "from a file, over a crash": { durable: true },
  "side by side from a file, over a crash": { durable: true, parallel: true },
  "to a receiver that takes little at once": { sized: true },
  "to a receiver that takes little at once, side by side, after processors": {
    sized: true,
    parallel: true,
    processed: true,
  },
  "to a receiver that takes little at once, from a file, over a crash": { sized: true, durable: true },
  "drained in the middle": { drained: true },
  "drained in the middle, side by side, after processors": {
    drained: true,
    parallel: true,
    processed: true,
    linger: true,
  },
}

describe("a loss in one game", () => {
  it.effect(
    "leaves the other games as they are, and verified",
    () =>
      Effect.gen(function* () {
        const seen = { lost: 0, healed: 0 }
        for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
          const setting = { policy: block<Change>, refusing: "fanduel" }
          const { wrong, wasLossy, lostGames, counts, believed, final } = yield* live(seed, setting)
          expect(wrong, `seed ${seed}`).toEqual([])
          expect(wasLossy, `seed ${seed}`).toBe(false)
          expect(counts.resnapshots, `seed ${seed}`).toBe(0)
          expect(believed, `seed ${seed}`).toEqual(final)
          seen.lost += lostGames
          seen.healed += counts.gameResnapshots
        }
        expect(seen.lost).toBeGreaterThan(runs)
        expect(seen.healed).toBeGreaterThan(runs)
      }),
    { timeout: 240_000 + runs * 10_000 },
  )
})

describe("a reader after a lane, whatever its sink does", () => {
  for (const [how, setting] of Object.entries(settings)) {
    for (const [name, policy] of Object.entries(policies)) {
      // A file keeps every record: nothing is merged in it.
      if (setting.durable === true && name === "coalesce") continue
      it.effect(
        `never believes a price live that was not live at the last record about it, and ends with the book: ${name}, ${how}`,
        () =>
          Effect.gen(function* () {
            const seen = { merged: 0, lost: 0, whole: 0, retold: 0, retries: 0, games: 0 }
            for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
              const life = yield* live(seed, { ...setting, policy })
              const { wrong, imbalances, counts, events, believed, final } = life
              expect(wrong, `seed ${seed}`).toEqual([])
              expect(imbalances.filter((it) => it !== 0), `seed ${seed}`).toEqual([])
              expect(events.map(({ _tag }) => _tag)).not.toContain("Disabled")
              if (setting.drained !== true) {
                expect(counts.pending, `seed ${seed}`).toBe(0)
                // Every reader that lost something received a report of it, and then a resnapshot.
                expect(believed, `seed ${seed}`).toEqual(final)
              }
              seen.merged += counts.coalesced
              seen.lost += counts.dropped + counts.expired + counts.deadLettered
              seen.retries += counts.retries
              seen.games += counts.gameResnapshots
              if (isComplete(counts)) seen.whole += 1
              if (events.some(({ _tag }) => _tag === "Resnapshot")) seen.retold += 1
            }
            // It did go wrong in all these ways, and well too.
            expect(seen.lost).toBeGreaterThan(0)
            expect(seen.whole).toBeGreaterThan(0)
            expect(seen.retold).toBeGreaterThan(0)
            expect(seen.retries).toBeGreaterThan(0)
            // Nothing is sent again at the end; and what several batches from a file hold cannot be changed.
            const isScoped = setting.drained !== true && !(setting.durable === true && setting.parallel === true)
            if (isScoped) expect(seen.games).toBeGreaterThan(0)
            if (name === "coalesce") expect(seen.merged).toBeGreaterThan(runs * 5)
          }),
        { timeout: 240_000 + runs * 10_000 },
      )
    }
  }
})
