/** The bench on which a law runs: a lane that feeds the sink under test, with a place to make it fail. */
import type { Change } from "@boltodds/protocol"
import { type Batch, type Envelope, type Sink, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { imbalance, type LaneCounts } from "../counters/LaneCounts.ts"
import { type Lane, makeLane } from "../Lane.ts"

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

interface Failure {
  readonly rest: SinkError["rest"]
  /** How many envelopes are really written. */
  readonly count: number
  /** The error does not report them. Default false. */
  readonly isUnknown?: boolean
}

/** A lane that feeds the sink under test, with a place to make it fail. */
export interface Bench {
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

/** A law: `body` runs on a fresh bench and returns the texts that must arrive, read by `read`. */
export function law(
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
        if (options?.resnapshot !== undefined) yield* untilResnapshot(lane)
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

/** Waits for a resnapshot: a lane sends one a second after a loss, and none while it drains. */
const untilResnapshot = (lane: Lane<Change>): Effect.Effect<void> =>
  Effect.sleep(Duration.millis(20)).pipe(
    Effect.andThen(lane.counts),
    Effect.repeat({ until: ({ resnapshots, gameResnapshots }) => resnapshots + gameResnapshots > 0 }),
    Effect.timeoutOption(Duration.seconds(30)),
    Effect.asVoid,
  )

/** Fails with {@link LawBroken} where something does not hold. */
export const expect = (holds: boolean, otherwise: string): Effect.Effect<void, LawBroken> =>
  holds ? Effect.void : Effect.fail(new LawBroken(otherwise))
