import { describe, expect, it } from "@effect/vitest"
import { changes } from "../src/emits/changes.ts"
import type { Change, Control } from "@boltodds/protocol"
import {
  block,
  coalesce,
  dropNewest,
  dropOldest,
  type Envelope,
  imbalance,
  isComplete,
  type LaneEvent,
  makeLane,
  type Overflow,
  type Sink,
  SinkError,
} from "@boltodds/sink"
import { make, snapshot, thaw } from "@boltodds/state"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { dropNotice } from "../src/internal/dropNotice.ts"
import { History, LaneReader } from "./LaneReader.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/pipeline/test/laneLaw
const runs = Number(process.env["LAW_RUNS"] ?? 60)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const run = "01J00000000000000000000000"
const policies: Record<string, () => Overflow<Change>> = {
  coalesce,
  drop_oldest: dropOldest,
  drop_newest: dropNewest,
  block,
  "block with patience": () => block({ patience: Duration.seconds(2) }),
}

/** One life of a feed through one lane, into a sink as slow and as broken as the seed makes it. */
const live = (seed: number, policy: () => Overflow<Change>) =>
  Effect.gen(function* () {
    const life = scenario(seed)
    const random = generator(seed ^ 0x1a9e)
    const below = (n: number): number => Math.floor(random() * n)
    const draft = thaw(make({ run }))
    const emission = changes().open({ state: { run } })
    const history = new History()
    const reader = new LaneReader()
    const events: Array<LaneEvent> = []
    const wrong: Array<string> = []
    const seen = new WeakSet<Envelope<Change>>()
    let first: Change | Control | undefined
    let seq = 0
    let healthy = false
    const slowness = [0, 20, 400][below(3)]!
    const badness = [0, 0.1, 0.4][below(3)]!

    const read = (envelopes: ReadonlyArray<Envelope<Change>>): void => {
      for (const envelope of envelopes) {
        // A batch whose answer was lost comes twice, under one id.
        if (seen.has(envelope)) continue
        seen.add(envelope)
        const { text } = envelope
        reader.take(JSON.parse(text))
        for (const belief of reader.falseBeliefs(history)) wrong.push(`${belief}, after ${text}`)
      }
    }
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: ({ envelopes }) =>
        Effect.gen(function* () {
          if (slowness > 0 && !healthy) yield* Effect.sleep(Duration.millis(below(slowness)))
          if (healthy || random() >= badness) return read(envelopes)
          const cause = "as drawn"
          switch (below(4)) {
            case 0:
              return yield* Effect.fail(new SinkError({ rest: "retry", cause }))
            case 1:
              // It arrived, but the answer was lost.
              read(envelopes)
              return yield* Effect.fail(new SinkError({ rest: "retry", cause }))
            case 2: {
              const delivered = below(envelopes.length)
              read(envelopes.slice(0, delivered))
              const rejected = envelopes.map((_, index) => index).filter((index) => index > delivered && random() < 0.2)
              return yield* Effect.fail(new SinkError({ rest: "retry", delivered, rejected, cause }))
            }
            default:
              return yield* Effect.fail(new SinkError({ rest: "degrade", cause }))
          }
        }),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      run,
      overflow: policy(),
      bounds: { records: [8, 40, 100_000][below(3)]!, bytes: 1e9 },
      batch: { records: 1 + below(20), bytes: 1e9 },
      retry: { base: Duration.millis(50), cap: Duration.seconds(1) },
      breaker: { failures: 3, cool: Duration.seconds(1) },
      ...below(3) === 0 ? { maxAge: Duration.millis(100 + below(2_000)) } : {},
      notice: (loss) => emission.control!(dropNotice(run, "l", loss)),
      retell: () => {
        if (first === undefined) return []
        const { last: _, ...started } = first
        return emission.again!([{ ...started, seq }, ...snapshot(draft.seal())])
      },
      onEvent: (event) => {
        events.push(event)
      },
    })
    for (let from = 0; from < life.events.length;) {
      const size = 1 + below(6)
      const steps = draft.apply(life.events.slice(from, from + size))
      from += size
      const records = steps.flatMap((step) => step.records)
      history.take(records)
      first ??= records[0]
      seq = records.at(-1)?.seq ?? seq
      let room = lane.push(emission.of(steps))
      while (!room) {
        yield* TestClock.adjust(100)
        room = lane.push([])
      }
      expect(imbalance(yield* lane.counts)).toBe(0)
      yield* TestClock.adjust(below(60))
    }
    healthy = true
    // Longer than any loss may wait to be told, and everything to be told again.
    for (let waited = 0; waited < 40; waited++) yield* TestClock.adjust(10_000)
    expect(wrong, `seed ${seed}`).toEqual([])
    expect(events.map(({ _tag }) => _tag)).not.toContain("Disabled")
    const counts = yield* lane.counts
    expect(imbalance(counts)).toBe(0)
    expect(counts.pending).toBe(0)
    // All who lost something were told so, and then told everything.
    expect(reader.book, `seed ${seed}`).toEqual(history.final)
    return { counts, events }
  }).pipe(Effect.scoped, Random.withSeed(seed))

describe("a reader behind a lane, whatever its sink does", () => {
  for (const [name, policy] of Object.entries(policies)) {
    it.effect(
      `never believes a price live that was not so when it last heard of it, and ends up with the book: ${name}`,
      () =>
        Effect.gen(function* () {
          const seen = { merged: 0, lost: 0, whole: 0, retold: 0, retries: 0 }
          for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
            const { counts, events } = yield* live(seed, policy)
            seen.merged += counts.coalesced
            seen.lost += counts.dropped + counts.expired + counts.deadLettered
            seen.retries += counts.retries
            if (isComplete(counts)) seen.whole += 1
            if (events.some(({ _tag }) => _tag === "Retold")) seen.retold += 1
          }
          // It did go wrong in all these ways, and well too.
          expect(seen.lost).toBeGreaterThan(0)
          expect(seen.whole).toBeGreaterThan(0)
          expect(seen.retold).toBeGreaterThan(0)
          expect(seen.retries).toBeGreaterThan(0)
          if (name === "coalesce") expect(seen.merged).toBeGreaterThan(runs * 10)
        }),
      { timeout: 60_000 + runs * 1_000 },
    )
  }
})
