import { describe, expect, it } from "@effect/vitest"
import { imbalance, LawBroken, laws, makeLane } from "@boltodds/lane"
import { type Batch, type Envelope, makeRecord, type Sink, SinkError, type SinkOutcome } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"

/** One write of a sink: how long it takes, and how it ends. */
const Write = Schema.Struct({
  millis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })),
  outcome: Schema.Literals(["deliver", "deliver", "deliver", "retry", "degrade"]),
  delivered: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
  rejected: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))),
})
const Case = Schema.Struct({
  groups: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(Schema.isMaxLength(40)),
  gaps: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))),
  writes: Schema.Array(Write).check(Schema.isMinLength(1)),
  bound: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
  batch: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
  linger: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
  /** The write that ends it all, by its number. */
  endsAt: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })),
  endsWith: Schema.Literals(["end", "disable"]),
  within: Schema.Literals([0, 100, 1_000_000]),
})

const form = { encode: (n: number) => `{"n":${n}}` }

describe("a lane in front of any sink", () => {
  it.effect.prop(
    "counts every envelope once, keeps order, cuts only after groups, and is silent after its end",
    [Case],
    ([given]) =>
      Effect.scoped(Effect.gen(function* () {
        const arrived: Array<number> = []
        const offered: Array<Batch<number>> = []
        const lost = new Set<number>()
        let over = false
        let writing = 0
        const sink: Sink<number> = {
          guarantee: "at-most-once",
          write: (batch) =>
            Effect.gen(function* () {
              expect(over).toBe(false)
              expect(++writing).toBe(1)
              offered.push(batch)
              const { millis, outcome, delivered, rejected } = given.writes[offered.length % given.writes.length]!
              yield* Effect.sleep(Duration.millis(millis))
              const seqs = batch.envelopes.map((envelope) => envelope.seq)
              const rest: SinkOutcome | "deliver" = offered.length === given.endsAt ? given.endsWith : outcome
              if (rest === "deliver") return void arrived.push(...seqs)
              arrived.push(...seqs.slice(0, delivered))
              for (const index of rejected) if (index >= delivered && index < seqs.length) lost.add(seqs[index]!)
              if (rest === "end" || rest === "disable") over = true
              if (rest !== "retry") seqs.slice(delivered).forEach((seq) => lost.add(seq))
              return yield* Effect.fail(new SinkError({ rest, delivered, rejected, cause: "as drawn" }))
            }).pipe(Effect.ensuring(Effect.sync(() => writing -= 1))),
        }
        const lane = yield* makeLane(sink, {
          name: "l",
          bounds: { records: given.bound, bytes: 1e9 },
          batch: { records: given.batch, bytes: 1e9 },
          linger: Duration.millis(given.linger),
          retry: { base: Duration.millis(10), cap: Duration.millis(50) },
          breaker: { failures: 3, cool: Duration.millis(40) },
        })
        let seq = 0
        let waits = 0
        const ends = new Set<number>()
        const fill = Effect.gen(function* () {
          for (const [index, size] of given.groups.entries()) {
            const turn: Array<Envelope<number>> = []
            for (let nth = 1; nth <= size; nth++) {
              turn.push(makeRecord({ seq: ++seq, at: 0, session: "s", epoch: 1, last: nth === size }, seq, form))
            }
            ends.add(seq)
            const room = lane.push(turn)
            const counts = yield* lane.counts
            expect(imbalance(counts)).toBe(0)
            // Never more than one turn beyond its bounds.
            expect(counts.pending).toBeLessThan(given.bound + size)
            if (!room) {
              waits += 1
              yield* lane.room
            }
            yield* Effect.sleep(Duration.millis(given.gaps[index] ?? 0))
          }
          return yield* lane.drain(Duration.millis(given.within))
        })
        const fiber = yield* Effect.forkChild(fill)
        while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust(5)
        const counts = yield* lane.counts
        expect(imbalance(counts)).toBe(0)
        expect(counts.in).toBe(seq)
        expect(arrived).toEqual([...arrived].sort((a, b) => a - b))
        expect(new Set(arrived).size).toBe(arrived.length)
        expect(counts.delivered).toBe(arrived.length)
        if (given.within === 1_000_000) {
          expect(counts.pending).toBe(0)
          if (!over) expect(counts.dropped + counts.deadLettered).toBe(lost.size)
        }
        for (const batch of offered) expect(ends.has(batch.envelopes.at(-1)!.seq) || batch.attempt > 1).toBe(true)
        expect(waits).toBeLessThanOrEqual(given.groups.length)
      })),
    { arbitrary: { runs: 150 } },
  )
})

describe("the laws", () => {
  const open = (write: (texts: Array<string>, batch: Batch<Change>) => void) => {
    const texts: Array<string> = []
    const sink: Sink<Change> = {
      guarantee: "at-most-once",
      write: (batch) => Effect.sync(() => write(texts, batch)),
    }
    return { sink: Effect.succeed(sink), received: () => texts }
  }
  const honest = (texts: Array<string>, batch: Batch<Change>): void =>
    batch.envelopes.forEach((envelope) => texts.push(envelope.text))

  for (const law of laws) {
    it(`hold for an honest sink: ${law.name}`, () => law.run(open(honest)))
  }

  const broken: Record<string, (texts: Array<string>, batch: Batch<Change>) => void> = {
    "turns batches around": (texts, batch) =>
      batch.envelopes.toReversed().forEach((envelope) => texts.push(envelope.text)),
    "loses the last of a batch": (texts, batch) => honest(texts, { ...batch, envelopes: batch.envelopes.slice(0, -1) }),
    "delivers twice": (texts, batch) => (honest(texts, batch), honest(texts, batch)),
  }
  for (const [name, write] of Object.entries(broken)) {
    it(`catch a sink that ${name}`, () => expect(laws[0]!.run(open(write))).rejects.toBeInstanceOf(LawBroken))
  }
})
