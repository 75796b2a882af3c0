/** What every sink must hold, behind a lane: plain values for any test runner. */
import { type Change, type Control, type Identity, identityOf, type LineChange } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  type Batch,
  type ControlValue,
  type Envelope,
  type Form,
  makeControl,
  makeRecord,
  type Sink,
  SinkError,
} from "@boltodds/sink"
import { type Lane, makeLane } from "./Lane.ts"
import { imbalance, type LaneCounts } from "./counters/LaneCounts.ts"

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
  law("delivers a resnapshot whole", (bench) =>
    Effect.gen(function* () {
      const before = numberedGroups(4)
      const again = resnapshotAt(10, 60)
      bench.failWith = () => bench.batches.length === 1 ? { rest: "degrade", count: 0 } : undefined
      const counts = yield* bench.through(before, {
        notice: () => droppedAt(10),
        resnapshot: () => again,
        // In several batches where it can be: a piece at a time must not stand for the whole.
        batch: { records: 4, bytes: 1_000_000 },
      })
      yield* expect(counts.resnapshots === 1, `the counts are ${JSON.stringify(counts)}: no resnapshot was delivered`)
      const arrived = bench.batches.slice(1).flatMap(({ envelopes }) => envelopes.map(({ text }) => text))
      yield* expect(again.every(({ text }) => arrived.includes(text)), "the lane did not write all of the resnapshot")
      return arrived
    }), readOnce),
  law("delivers a resnapshot of one game whole", (bench) =>
    Effect.gen(function* () {
      // Without controls: what is lost names one game.
      const before = numberedGroups(4).slice(1)
      const again = gameResnapshotAt(10, 60)
      bench.failWith = () => bench.batches.length === 1 ? { rest: "degrade", count: 0 } : undefined
      const counts = yield* bench.through(before, {
        notice: () => quarantinedAt(10),
        resnapshot: () => [],
        gameResnapshots: { sessions: () => [{ session: "law", epoch: 1 }], flush: () => [], of: () => again },
        batch: { records: 4, bytes: 1_000_000 },
      })
      yield* expect(
        counts.gameResnapshots === 1 && counts.resnapshots === 0,
        `the counts are ${JSON.stringify(counts)}: the game was not sent again, or everything was`,
      )
      const arrived = bench.batches.slice(1).flatMap(({ envelopes }) => envelopes.map(({ text }) => text))
      yield* expect(again.every(({ text }) => arrived.includes(text)), "the lane did not write all of the game")
      return arrived
    }), readOnce),
  law(
    "changes nothing for its reader by a batch that is written twice, or cut off and written again",
    (bench) =>
      Effect.gen(function* () {
        const groups = numberedGroups(40)
        let failures = 0
        bench.failWith = ({ envelopes, attempt }) => {
          if (attempt > 2) return undefined
          failures += 1
          // What is written, and is not known to be: nothing, a part or all of it.
          return { rest: "retry", count: Math.trunc(envelopes.length * (failures % 3) / 2), isUnknown: true }
        }
        const counts = yield* bench.through(groups, {
          batch: { records: 5, bytes: 1_000_000 },
          retry: { base: Duration.zero },
          breaker: { failures: Infinity },
        })
        yield* bench.expectCounts(counts, { in: 100, delivered: 100 })
        yield* expect(failures > 10, `${failures} failures cannot show what is written twice`)
        return groups.flat().map((envelope) => envelope.text)
      }),
    readOnce,
  ),
  law("opens and closes without having written", () => Effect.succeed([])),
]

interface Failure {
  readonly rest: SinkError["rest"]
  /** How many envelopes are really written. */
  readonly count: number
  /** The lane does not hear of them. Default false. */
  readonly isUnknown?: boolean
}

/** The sink under test behind a lane, with a place to make it fail. */
interface Bench {
  /** Everything the lane wrote, failed attempts included. */
  readonly batches: Array<Batch<Change>>
  /** Fails a write after its first `count` envelopes were really written. */
  failWith: (batch: Batch<Change>) => Failure | undefined
  readonly through: (
    groups: ReadonlyArray<ReadonlyArray<Envelope<Change>>>,
    options?: Partial<Parameters<typeof makeLane<Change>>[1]>,
  ) => Effect.Effect<LaneCounts, LawBroken, Scope.Scope>
  readonly expectCounts: (counts: LaneCounts, wanted: Partial<LaneCounts>) => Effect.Effect<void, LawBroken>
}

function law(
  name: string,
  body: (bench: Bench) => Effect.Effect<ReadonlyArray<string>, LawBroken, Scope.Scope>,
  read: (received: ReadonlyArray<string>) => ReadonlyArray<string> = (received) => received,
): Law {
  return {
    name,
    run: async (given) => {
      const subject = await given
      const arrived = Effect.scoped(Effect.flatMap(subject.sink, (sink) => body(makeBench(sink))))
      const wanted = await Effect.runPromise(arrived)
      const received = read(await subject.received())
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
      const { rest, count, isUnknown } = failure
      const delivered = isUnknown === true ? 0 : count
      const error = Effect.fail(new SinkError({ rest, delivered, cause: new Error("as the law wants it") }))
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
        if (options?.resnapshot !== undefined) yield* untilRetold(lane)
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

/** A lane sends everything again a second after a loss, and not any more while it drains. */
const untilRetold = (lane: Lane<Change>): Effect.Effect<void> =>
  Effect.sleep(Duration.millis(20)).pipe(
    Effect.andThen(lane.counts),
    Effect.repeat({ until: ({ resnapshots, gameResnapshots }) => resnapshots + gameResnapshots > 0 }),
    Effect.timeoutOption(Duration.seconds(30)),
    Effect.asVoid,
  )

/** What a reader takes that keeps one record of each identity: what it has already, it passes over. */
function readOnce(received: ReadonlyArray<string>): ReadonlyArray<string> {
  const seen = new Set<string>()
  return received.filter((text) => {
    const identity = identityOf(JSON.parse(text) as Identity)
    const isNew = !seen.has(identity)
    seen.add(identity)
    return isNew
  })
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

const changeAt = (seq: number, last: boolean, part?: number): Envelope<Change> =>
  makeRecord<Change>({ seq, part, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last }, {
    ...stampOf(seq),
    ...part === undefined ? {} : { part },
    change: part === undefined ? "line_moved" : "line_opened",
    cause: part === undefined ? "feed" : "snapshot",
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

/** The beginning of a stream and so many lines, all of one number: one group. */
const resnapshotAt = (seq: number, size: number): ReadonlyArray<Envelope<Change>> => {
  const filters = { sports: [], sportsbooks: [], games: [], markets: [] }
  const part = 1
  const stamp = { seq, part, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: false }
  const value: Control = { ...stampOf(seq), part, control: "stream_started", schema_version: 1, filters }
  const lines = Array.from({ length: size }, (_, index) => changeAt(seq, index === size - 1, part + 1 + index))
  return [makeControl(stamp, value, controls), ...lines]
}

/** A game and so many lines of it, all of one number: one group. */
const gameResnapshotAt = (seq: number, size: number): ReadonlyArray<Envelope<Change>> => {
  const { value } = changeAt(seq, false, 1) as { readonly value: LineChange }
  const { sport, sportsbook, game, universal_game_id, book_game_id, home_team, away_team, starts_at } = value
  const facts = { sport, sportsbook, game, universal_game_id, book_game_id, home_team, away_team, starts_at }
  const stamp = { ...stampOf(seq), part: 1 }
  const opened: Change = { ...stamp, change: "game_opened", cause: "snapshot", ...facts, partial: false }
  const envelope = makeRecord<Change>({ ...stamp, at: 1_767_225_600_000 + seq, last: false }, opened, changes)
  return [envelope, ...Array.from({ length: size }, (_, index) => changeAt(seq, index === size - 1, 2 + index))]
}

const quarantinedAt = (seq: number): Envelope<Change> => {
  const origin = "law"
  const { sportsbook, game } = (changeAt(seq, true) as { readonly value: Change }).value
  const scope = { touches: "game", sportsbook, game, outcome: null, text: "" } as const
  const lost = { lane: origin, lost: "degraded", count: 1, first_seq: 1, last_seq: seq }
  const value: Control = { ...stampOf(seq), origin, control: "quarantined", reason: "dropped", ...scope, ...lost }
  const stamp = { seq, origin, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: true }
  return makeControl(stamp, value, controls)
}

const droppedAt = (seq: number): Envelope<Change> => {
  const origin = "law"
  const value: Control = {
    ...stampOf(seq),
    origin,
    control: "dropped",
    lane: origin,
    reason: "degraded",
    count: 1,
    first_seq: 1,
    last_seq: seq,
  }
  const stamp = { seq, origin, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: true }
  return makeControl(stamp, value, controls)
}
