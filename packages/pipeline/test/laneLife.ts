/** One life of a feed through one lane, into a sink as slow and as broken as the seed makes it. */
import {
  type Book,
  type Change,
  type Control,
  emptyBook,
  fold,
  gameId,
  identityOf,
  isLineChange,
} from "@boltodds/protocol"
import { type Lane, type LaneCounts, type LaneEvent, makeLane, type Overflow } from "@boltodds/lane"
import { type Batch, type Envelope, type Sink, SinkError } from "@boltodds/sink"
import { make, snapshot, snapshotGames, thaw } from "@boltodds/state"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { chain, changes, conflate, where } from "@boltodds/pipeline"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { LaneOrigin, lossReport } from "../src/route/LaneOrigin.ts"
import { resnapshotGames } from "../src/route/resnapshotGames.ts"
import { ProcessorRun } from "../src/route/ProcessorRun.ts"
import { isDeepStrictEqual } from "node:util"
import { DurableFile } from "./DurableFile.ts"
import { History, isLostGame, LaneReader } from "./LaneReader.ts"

/** What a lane is tried with. */
export interface LaneSetting {
  readonly policy: () => Overflow<Change>
  /** Side by side, by game. */
  readonly parallel?: boolean
  /** `where` and `conflate` before it. */
  readonly processed?: boolean
  readonly linger?: boolean
  /** Its receiver takes only so much at once. */
  readonly sized?: boolean
  /** A store that outlasts the process, which crashes in the middle. */
  readonly durable?: boolean
  /** It is drained in the middle of whatever it does. */
  readonly drained?: boolean
  /** Its receiver takes everything, except that it refuses some records of the games of this sportsbook. */
  readonly refusing?: string
}

/** What became of it. */
export interface LaneLife {
  /** False beliefs of its reader: sentences. */
  readonly wrong: ReadonlyArray<string>
  readonly imbalances: ReadonlyArray<number>
  readonly counts: LaneCounts
  /** Whether its reader was ever without everything, and how often it lost single games. */
  readonly wasLossy: boolean
  readonly lostGames: number
  readonly events: ReadonlyArray<LaneEvent>
  readonly believed: Book
  /** The book at the end, as the route sends it. */
  readonly final: Book
}

/** The games of other sportsbooks that are not to the reader as they are: sentences. */
const differences = (book: Book, truth: Book, sportsbook: string): ReadonlyArray<string> =>
  [...new Set([...book.games.keys(), ...truth.games.keys()])].flatMap((id) => {
    const [one, other] = [book.games.get(id), truth.games.get(id)]
    const isSame = (one ?? other)?.sportsbook === sportsbook || isDeepStrictEqual(one, other)
    return isSame ? [] : [`${id} is ${JSON.stringify(one)}, not ${JSON.stringify(other)}`]
  })

const restoring = new Set(["game_verified", "gap_closed", "synced", "fresh"])

const processor = () =>
  chain(
    where((change) => !isLineChange(change) || change.market === "Moneyline" || (change.odds ?? 0) > 0),
    conflate({ every: Duration.millis(400) }),
  )

export const live = (seed: number, setting: LaneSetting): Effect.Effect<LaneLife> =>
  Effect.gen(function* () {
    const random = generator(seed ^ 0x1a9e)
    const below = (n: number): number => Math.floor(random() * n)
    const reader = new LaneReader()
    const histories = new Map<string, History>()
    const events: Array<LaneEvent> = []
    const wrong: Array<string> = []
    const imbalances: Array<number> = []
    const seen = new Set<string>()
    const file = new DurableFile()
    let wasLossy = false
    let lostGames = 0
    let healthy = false
    const slowness = [0, 20, 400][below(3)]!
    const badness = [0, 0.1, 0.4][below(3)]!
    /** In characters: what the receiver takes at once. A record alone is never more. */
    const largest = setting.sized === true ? [1_000, 3_000, 20_000][below(3)]! : Infinity
    const linger = setting.linger === true ? Duration.millis(1 + below(300)) : Duration.zero
    const options = {
      bounds: { records: [8, 40, 100_000][below(3)]!, bytes: 1e9 },
      batch: { records: 1 + below(20), bytes: 1e9 },
      retry: { base: Duration.millis(50), cap: Duration.seconds(1) },
      breaker: { failures: 3, cool: Duration.seconds(1) },
      linger,
      ...below(3) === 0 && setting.refusing === undefined ? { maxAge: Duration.millis(100 + below(2_000)) } : {},
      ...setting.parallel === true
        ? { parallel: { over: 3, key: ({ sportsbook, game }: Change) => sportsbook + game } }
        : {},
    }

    /** Keeps one record an identity, as a store does. */
    const read = ({ run, envelopes, attempt }: Batch<Change>, from = 0, to = envelopes.length): void => {
      // What a file gave is the same batch in all its attempts, also where something was lost meanwhile.
      const mayRestore = setting.durable === true && attempt > 1
      for (const envelope of envelopes.slice(from, to)) {
        // A batch whose answer was lost comes twice; from a file it comes as another object.
        const { seq, part, origin } = envelope
        const identity = identityOf({ run: envelope.run ?? run!, seq, part, origin })
        if (seen.has(identity)) continue
        seen.add(identity)
        const { text } = envelope
        const record = JSON.parse(text) as Change | Control
        if (reader.book.lossy && !mayRestore && "control" in record && restoring.has(record.control)) {
          wrong.push(`after a loss, before everything was sent again: ${text}`)
        }
        if ("control" in record && record.control === "game_verified" && record.origin === undefined) {
          const id = gameId(record.sportsbook, record.game)
          if (reader.lost.has(id)) wrong.push(`after a loss in its game, before it was sent again: ${text}`)
        }
        reader.take(record)
        wasLossy ||= reader.book.lossy
        if (setting.refusing !== undefined && record.origin === undefined) {
          wrong.push(...differences(reader.book, histories.get(record.run)!.at(record.seq), setting.refusing))
        }
        if (isLostGame(record)) lostGames += 1
        // One for each session, in one group.
        if (isLostGame(record) && record.last !== true) continue
        for (const belief of reader.falseBeliefs(histories)) wrong.push(`${belief}, after ${text}`)
      }
    }
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: (batch) =>
        Effect.gen(function* () {
          const rest = Effect.suspend(() =>
            slowness > 0 && !healthy ? Effect.sleep(Duration.millis(below(slowness))) : Effect.void
          )
          yield* rest
          const { envelopes } = batch
          if (envelopes.reduce((sum, { text }) => sum + text.length, 0) > largest) {
            return yield* Effect.fail(new SinkError({ rest: "retry", tooLarge: envelopes.length, cause: "too large" }))
          }
          if (setting.refusing !== undefined && !healthy) {
            const rejected = envelopes.flatMap(({ value }, index) =>
              "change" in value && value.sportsbook === setting.refusing && random() < 0.2 ? [index] : []
            )
            if (rejected.length > 0) {
              const first = rejected[0]!
              read(batch, 0, first)
              return yield* Effect.fail(new SinkError({ rest: "retry", delivered: first, rejected, cause: "refused" }))
            }
          }
          if (healthy || setting.refusing !== undefined || random() >= badness) {
            read(batch)
            // The end may come before the answer.
            return yield* random() < 0.5 ? rest : Effect.void
          }
          const cause = "as drawn"
          switch (below(4)) {
            case 0:
              return yield* Effect.fail(new SinkError({ rest: "retry", cause }))
            case 1:
              // It arrived, but the answer was lost.
              read(batch)
              return yield* Effect.fail(new SinkError({ rest: "retry", cause }))
            case 2: {
              const delivered = below(envelopes.length)
              read(batch, 0, delivered)
              const rejected = envelopes.map((_, index) => index).filter((index) => index > delivered && random() < 0.2)
              return yield* Effect.fail(new SinkError({ rest: "retry", delivered, rejected, cause }))
            }
            default:
              return yield* Effect.fail(new SinkError({ rest: "degrade", cause }))
          }
        }),
    }

    /** A process: a run of its own, from its first event to its last, or to its crash. */
    const process = (run: string, life: ReturnType<typeof scenario>, end: number) =>
      Effect.gen(function* () {
        const draft = thaw(make({ run }))
        const emission = changes().open({ state: { run } })
        const history = new History()
        histories.set(run, history)
        const processing = setting.processed === true ? new ProcessorRun(processor()) : undefined
        const alone = setting.processed === true ? new ProcessorRun(processor()) : undefined
        let told = emptyBook
        let first: Change | Control | undefined
        let seq = 0
        const store = setting.durable === true ? file.open(run) : undefined
        const origin = new LaneOrigin("l", { opening: 1, term: store?.term, process: undefined })
        const lane: Lane<Change> = yield* makeLane(sink, {
          name: "l",
          run,
          overflow: setting.policy(),
          ...options,
          ...store === undefined ? {} : { store },
          notice: (loss) => emission.control!(lossReport(run, "l", origin, loss)),
          resnapshot: () => {
            if (first === undefined) return []
            const { last: _, ...started } = first
            const place = { origin: origin.name, part: origin.next }
            const book = snapshot(draft.seal(), { ...place, part: place.part + 1 })
            origin.take(book.length + 1)
            const again = emission.snapshot!([{ ...started, seq, ...place }, ...book])
            return processing === undefined ? again : processing.turn(again, -Infinity)
          },
          gameResnapshots: {
            sessions: () => Array.from(draft.sessions, ([session, epoch]) => ({ session, epoch })),
            flush: () => processing?.flush() ?? [],
            of: (games) => {
              const snapshotOf = (wanted: typeof games, place: object) => snapshotGames(draft.seal(), wanted, place)
              return resnapshotGames(games, origin, snapshotOf, emission.games!, processing)
            },
          },
          onEvent: (event) => void events.push(event),
        })
        const check = Effect.map(lane.counts, (counts) => {
          const { in: given, restored, delivered, coalesced, replaced, dropped, expired, deadLettered } = counts
          const gone = delivered + coalesced + replaced + dropped + expired + deadLettered
          imbalances.push(given + restored - gone - counts.pending)
          return counts
        })
        const push = (envelopes: ReadonlyArray<Envelope<Change>>) =>
          Effect.gen(function* () {
            let room = lane.push(envelopes)
            while (!room) {
              yield* TestClock.adjust(100)
              room = lane.push([])
            }
            yield* check
          })
        const expected = (envelopes: ReadonlyArray<Envelope<Change>>): void => {
          told = fold(told, envelopes.map(({ value }) => value as Change | Control))
        }
        for (let from = 0; from < end;) {
          const size = 1 + below(6)
          const turn = life.events.slice(from, from + size)
          const steps = draft.apply(turn)
          from += size
          const records = steps.flatMap((step) => step.records)
          history.take(records)
          first ??= records[0]
          seq = records.at(-1)?.seq ?? seq
          const envelopes = emission.of(steps)
          const now = turn.at(-1)!.at
          if (alone !== undefined) expected(alone.turn(envelopes, now))
          yield* push(processing === undefined ? envelopes : processing.turn(envelopes, now))
          yield* TestClock.adjust(below(60))
        }
        if (alone !== undefined) expected(alone.flush())
        if (processing !== undefined) yield* push(processing.flush())
        return { lane, check, final: alone === undefined ? history.final : told }
      })

    const life = scenario(seed)
    const middle = 1 + below(life.events.length)
    if (setting.durable === true) {
      const scope = yield* Scope.make()
      const { check } = yield* Scope.provide(process("01J00000000000000000000000", life, middle), scope)
      yield* check
      // Nothing is drained: the process is gone.
      yield* Scope.close(scope, Exit.void)
    }
    const second = setting.durable === true ? scenario(seed + 1_000_000) : life
    const end = setting.drained === true ? middle : second.events.length
    const { lane, check, final } = yield* process("01J00000000000000000000001", second, end)
    if (setting.drained === true) {
      const within = [0, 300, 20_000][below(3)]!
      const draining = yield* Effect.forkChild(lane.drain(Duration.millis(within)))
      yield* TestClock.adjust(below(within + 1))
      lane.push([])
      yield* check
      yield* TestClock.adjust(within + 1_000)
      yield* Fiber.join(draining)
    }
    healthy = true
    // Longer than any report of a loss, and any resnapshot, may wait.
    for (let waited = 0; waited < 40; waited++) yield* TestClock.adjust(10_000)
    const counts = yield* check
    return { wrong, imbalances, counts, wasLossy, lostGames, events, believed: reader.book, final }
  }).pipe(Effect.scoped, Random.withSeed(seed))
