/** What every sink must hold, behind a lane: plain values for any test runner. */
import type { Change, Control } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ControlValue, type Envelope, type Form, makeControl, makeRecord } from "./Envelope.ts"
import { type Lane, makeLane } from "./Lane.ts"
import { imbalance, type LaneCounts } from "./LaneCounts.ts"
import { type Batch, type Sink, SinkError } from "./Sink.ts"

/** A sink under test, with a view of its destination. */
export interface LawSubject {
  /** Opens the sink; closed and opened anew for each law. */
  readonly sink: Effect.Effect<Sink<Change>, SinkError, Scope.Scope>
  /** The texts that arrived, in the order of their arrival. Asked once, after the sink's scope has closed. */
  readonly received: () => ReadonlyArray<string> | PromiseLike<ReadonlyArray<string>>
}

/** Something every sink must hold. */
export interface Law {
  /** A sentence about the sink: `it …`. */
  readonly name: string
  /** Resolves where the law holds, and rejects with {@link LawBroken} where it does not. Takes a fresh subject. */
  readonly run: (subject: LawSubject | PromiseLike<LawSubject>) => Promise<void>
}

/** A law does not hold; the message says which, and how. */
export class LawBroken extends Error {
  readonly _tag = "LawBroken"
}

/**
 * The laws.
 *
 * @example
 * ```ts ignore
 * for (const law of laws) test(`my sink: ${law.name}`, () => law.run(openMySubject()))
 * ```
 */
export const laws: ReadonlyArray<Law> = [
  law("delivers everything, in order, once", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(200)
      const counts = yield* bench.through(groups)
      yield* bench.expectCounts(counts, { in: 500, delivered: 500 })
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("is given whole groups", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(60)
      yield* bench.through(groups, { batch: { records: 4, bytes: 1_000_000 } })
      const ends = new Set(groups.map((group) => group[group.length - 1]!.seq))
      for (const batch of bench.batches) {
        const { seq, last } = batch.envelopes[batch.envelopes.length - 1]!
        yield* expect(last && ends.has(seq), `a batch ends within a group, at seq ${seq}`)
      }
      yield* expect(bench.batches.length > 10, `${bench.batches.length} batches cannot show how they are cut`)
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("gets nothing more once the lane has ended", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(20)
      bench.failWith = (batch) =>
        bench.batches.length === 3 ? { rest: "end", count: batch.envelopes.length } : undefined
      const counts = yield* bench.through(groups, { batch: { records: 1, bytes: 1_000_000 } })
      const sent = groups.slice(0, 3).flat()
      yield* expect(bench.batches.length === 3, `${bench.batches.length} batches were written, not 3`)
      yield* bench.expectCounts(counts, { in: 50, delivered: sent.length, dropped: 50 - sent.length })
      return sent.map((envelope) => envelope.text)
    })),
  law("keeps the counts true, and the order, when deliveries fail in the middle", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(40)
      let turn = 0
      bench.failWith = (batch) => {
        turn += 1
        return turn % 3 === 0 ? undefined : { rest: "retry", count: Math.trunc(batch.envelopes.length / (turn % 3)) }
      }
      const counts = yield* bench.through(groups, {
        batch: { records: 5, bytes: 1_000_000 },
        retry: { base: Duration.zero },
      })
      yield* bench.expectCounts(counts, { in: 100, delivered: 100 })
      yield* expect(counts.retries > 0, "nothing was tried again")
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("loses only what it says it lost", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(20)
      const lost = new Set<string>()
      bench.failWith = (batch) => {
        if (bench.batches.length % 2 === 1) return undefined
        for (const envelope of batch.envelopes) lost.add(envelope.text)
        return { rest: "degrade", count: 0 }
      }
      const counts = yield* bench.through(groups, { batch: { records: 1, bytes: 1_000_000 } })
      yield* bench.expectCounts(counts, { in: 50, delivered: 50 - lost.size, dropped: lost.size })
      return groups.flat().map((envelope) => envelope.text).filter((text) => !lost.has(text))
    })),
  law("opens and closes without having written", () => Effect.succeed([])),
]

/** The sink under test behind a lane, with a place to make it fail. */
interface Bench {
  /** Everything the lane wrote, failed attempts included. */
  readonly batches: Array<Batch<Change>>
  /** Fails a write after its first `count` envelopes were really written. */
  failWith: (batch: Batch<Change>) => { readonly rest: SinkError["rest"]; readonly count: number } | undefined
  readonly through: (
    groups: ReadonlyArray<ReadonlyArray<Envelope<Change>>>,
    options?: Partial<Parameters<typeof makeLane<Change>>[1]>,
  ) => Effect.Effect<LaneCounts, LawBroken, Scope.Scope>
  readonly expectCounts: (counts: LaneCounts, wanted: Partial<LaneCounts>) => Effect.Effect<void, LawBroken>
}

function law(
  name: string,
  body: (bench: Bench) => Effect.Effect<ReadonlyArray<string>, LawBroken, Scope.Scope>,
): Law {
  return {
    name,
    run: async (given) => {
      const subject = await given
      const arrived = Effect.scoped(Effect.flatMap(subject.sink, (sink) => body(makeBench(sink))))
      const wanted = await Effect.runPromise(arrived)
      const received = await subject.received()
      const at = wanted.findIndex((text, index) => received[index] !== text)
      if (at !== -1) throw new LawBroken(`${name}: number ${at} that arrived is ${received[at]}, not ${wanted[at]}`)
      if (received.length !== wanted.length) {
        throw new LawBroken(`${name}: ${received.length} arrived, not ${wanted.length}`)
      }
    },
  }
}

const makeBench = (sink: Sink<Change>): Bench => {
  const write = (batch: Batch<Change>): Effect.Effect<void, SinkError> =>
    Effect.suspend(() => {
      bench.batches.push(batch)
      const failure = bench.failWith(batch)
      if (failure === undefined) return sink.write(batch)
      const { rest, count } = failure
      const error = Effect.fail(new SinkError({ rest, delivered: count, cause: new Error("as the law wants it") }))
      return count === 0
        ? error
        : Effect.andThen(sink.write({ ...batch, envelopes: batch.envelopes.slice(0, count) }), error)
    })
  const bench: Bench = {
    batches: [],
    failWith: () => undefined,
    through: (groups, options) =>
      Effect.gen(function* () {
        const lane: Lane<Change> = yield* makeLane({ ...sink, write }, { name: "law", ...options })
        for (const group of groups) {
          if (!lane.push(group)) yield* lane.room
        }
        const counts = yield* lane.drain(Duration.seconds(10))
        yield* expect(imbalance(counts) === 0, `the counts do not add up: ${JSON.stringify(counts)}`)
        return counts
      }),
    expectCounts: (counts, wanted) =>
      expect(
        Object.entries({ dropped: 0, deadLettered: 0, pending: 0, ...wanted }).every(([name, count]) =>
          counts[name as keyof LaneCounts] === count
        ),
        `the counts are ${JSON.stringify(counts)}, not ${JSON.stringify(wanted)}`,
      ),
  }
  return bench
}

const expect = (holds: boolean, otherwise: string): Effect.Effect<void, LawBroken> =>
  holds ? Effect.void : Effect.fail(new LawBroken(otherwise))

const changes: Form<Change> = { encode: JSON.stringify }
const controls: Form<ControlValue> = { encode: JSON.stringify }

/** Groups of 1, 2, 3 and 4 envelopes in turn, 10 in every 4 groups; the first of a group is a control now and then. */
const numberedGroups = (count: number): ReadonlyArray<ReadonlyArray<Envelope<Change>>> => {
  let seq = 0
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: group % 4 + 1 }, (_, index) => {
      seq += 1
      return group % 5 === 0 && index === 0 ? controlAt(seq, group % 4 === 0) : changeAt(seq, index === group % 4)
    }))
}

const stampOf = (seq: number) => ({
  run: "01J00000000000000000000000",
  seq,
  session: "law",
  epoch: 1,
  at: new Date(1_767_225_600_000 + seq).toISOString(),
  sent_at: null,
  frame: seq,
})

const changeAt = (seq: number, last: boolean): Envelope<Change> =>
  makeRecord<Change>({ seq, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last }, {
    ...stampOf(seq),
    change: "line_moved",
    cause: "feed",
    sport: "Liga Ñ",
    sportsbook: "law",
    game: "Home vs Away, 2026-01-01, 01",
    universal_game_id: null,
    book_game_id: null,
    home_team: "Home",
    away_team: "Away",
    starts_at: null,
    outcome: "Home Moneyline ✓",
    market: "Moneyline",
    target: "Home",
    target_kind: "home",
    side: null,
    line: null,
    line_derived: false,
    odds: 100 + seq,
    link: null,
    previous_odds: 99 + seq,
    previous_line: null,
  }, changes)

const controlAt = (seq: number, last: boolean): Envelope<Change> => {
  const value: Control = { ...stampOf(seq), control: "synced", games: seq, lines: seq }
  return makeControl({ seq, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last }, value, controls)
}
