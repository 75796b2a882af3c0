/** One life of the chain session → reducer → reader, against a server that misbehaves: what it must never do. */
import { keyOf, Limiter, makeLimiter, makeSession, type Session, type Status } from "@boltodds/connection"
import {
  type Book,
  type Change,
  type Control,
  emptyBook,
  type FeedEvent,
  type Filters,
  fold,
  isLineChange,
  isLive,
} from "@boltodds/protocol"
import { book, isActionable, make, thaw } from "@boltodds/state"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type Dice, dice } from "./random.ts"
import { type Lines, placeOf, someFilters } from "./Truth.ts"
import { VirtualFeed, type Welcome } from "./VirtualFeed.ts"

/** The counts of one life. */
export interface Life {
  readonly events: number
  readonly connections: number
  /** Prices that were held against the server's. */
  readonly believed: number
}

const welcomes: ReadonlyArray<Welcome> = [
  "refuse 503",
  "refuse 429",
  "unreachable",
  "no answer",
  "accept then close",
  "no ack",
  "ignore subscribe",
  "cut snapshot",
  "cut snapshot",
]

/** The reader: reduces, folds, and compares what it believes with what it received. */
class Reader {
  events = 0
  connections = 0
  believed = 0
  folded: Book = emptyBook
  records: Array<Change | Control> = []
  readonly #draft = thaw(make({ run: "01J00000000000000000000000" }))
  readonly #feed: VirtualFeed
  readonly #dice: Dice
  /** What this connection's frames said of each game, as far as they have been read. */
  #view = new Map<string, Lines | undefined>()
  #connected = false

  constructor(feed: VirtualFeed, random: Dice) {
    this.#feed = feed
    this.#dice = random
  }

  take(events: ReadonlyArray<FeedEvent>): void {
    this.events += events.length
    const steps = this.#draft.apply(events)
    const records = steps.flatMap((step) => step.records)
    this.records.push(...records)
    this.folded = fold(this.folded, records)
    for (const event of events) {
      if (event._tag === "Connected" || event._tag === "Disconnected") {
        this.#view = new Map()
        this.#connected = event._tag === "Connected"
        if (this.#connected) this.connections++
      }
      if (event._tag === "Frame" && typeof event.raw === "string") {
        for (const { sportsbook, game, lines } of this.#feed.told.get(event.raw) ?? []) {
          this.#view.set(placeOf(sportsbook, game), lines)
        }
      }
    }
    this.#hold(events.at(-1)!.at)
  }

  #hold(at: number): void {
    const state = this.#dice.chance(0.05) ? this.#draft.seal() : undefined
    for (const game of this.folded.games.values()) {
      for (const line of game.lines.values()) {
        const live = isLive(this.folded, game, line)
        if (state !== undefined && isActionable(state, { ...game, outcome: line.outcome }, at)) {
          if (!live || line.odds === null || game.partial) {
            throw new Error(`${game.sportsbook} ${line.outcome} is actionable`)
          }
        }
        if (!live || line.odds === null) continue
        this.believed++
        const received = this.#view.get(placeOf(game.sportsbook, game.game))?.get(line.outcome)
        if (this.#connected && received === line.odds) continue
        throw new Error(
          `believes ${line.odds} for ${game.sportsbook} ${game.game} ${line.outcome}; received ${received}` +
            (this.#connected ? "" : ", and the line is cut"),
        )
      }
    }
    if (state === undefined) return
    const ours = JSON.stringify(pricesOf(book(state)))
    if (ours !== JSON.stringify(pricesOf(this.folded))) throw new Error("the fold of the records is not the book")
  }
}

const sorted = <A>(entries: Iterable<readonly [string, A]>): Record<string, A> =>
  Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1))

/** The odds of a book, by place and outcome. */
const pricesOf = (of: Book): Record<string, Record<string, number | null>> =>
  sorted([...of.games.values()].map((game) =>
    [
      placeOf(game.sportsbook, game.game),
      sorted([...game.lines.values()].map((line) => [line.outcome, line.odds] as const)),
    ] as const
  ))

/** The least number of line changes from one book to another, without those of games that appear or disappear. */
const leastChanges = (from: Record<string, Record<string, number | null>>, to: typeof from): number => {
  let least = 0
  for (const [place, lines] of Object.entries(to)) {
    const known = from[place] ?? {}
    for (const outcome of new Set([...Object.keys(known), ...Object.keys(lines)])) {
      if (known[outcome] !== lines[outcome]) least++
    }
  }
  return least
}

/** Lets everything run that needs no time to pass. */
const settle: Effect.Effect<void> = Effect.forEach([1, 2, 3, 4, 5, 6], () => Effect.yieldNow, { discard: true })

/** Time passes as on a live line: with keep-alives. */
const pass = (feed: VirtualFeed, seconds: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let left = seconds; left > 0; left -= 15) {
      feed.ping()
      yield* TestClock.adjust(`${Math.min(15, left)} seconds`)
      feed.snapshots(Infinity)
      yield* settle
    }
  })

/** Lives the life of this seed. Dies with what went wrong. */
export const live = (seed: number, steps = 60): Effect.Effect<Life, never, Scope> =>
  Effect.gen(function* () {
    const random = dice(seed)
    const { chance, below, pick } = random
    const clock = yield* Clock.Clock
    const feed = new VirtualFeed(random, () => clock.currentTimeMillisUnsafe())
    const reader = new Reader(feed, dice(seed + 1))
    const gate = yield* Latch.make(true)
    let status: Status["_tag"] = "Idle"
    let filters: Filters = pick(someFilters)
    let ended = ""
    const session: Session = yield* Effect.orDie(makeSession({
      key: keyOf("sk-chaos-1234567890"),
      transport: feed.transport,
      url: "ws://127.0.0.1:1/api",
      filters,
      onStatus: (next) => {
        status = next._tag
      },
    }))
    yield* session.events.pipe(
      Stream.runForEachArray((events) => Effect.andThen(Effect.sync(() => reader.take(events)), gate.await)),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          ended = exit._tag === "Failure" ? exit.cause.toString() : "the stream ended"
        })
      ),
      Effect.provideService(Limiter, makeLimiter()),
      Effect.provideService(Random.Random, { nextDoubleUnsafe: random.next, nextIntUnsafe: () => 0 }),
      Effect.forkScoped,
    )
    const check = (): void => {
      if (ended !== "") throw new Error(ended)
      if (feed.mostLinks > 1) throw new Error(`${feed.mostLinks} sockets at once`)
    }

    for (let step = 0; step < steps; step++) {
      yield* TestClock.adjust(below(1_500))
      feed.snapshots(1 + below(4))
      const what = random.next()
      if (what < 0.6) feed.change(1 + below(4))
      else if (what < 0.66) feed.ping()
      else if (what < 0.7) feed.garbage()
      else if (what < 0.75) {
        if (chance(0.6)) feed.welcomes.push(pick(welcomes))
        feed.drop()
      } else if (what < 0.79) {
        feed.hold()
        yield* pass(feed, chance(0.3) ? 20 + below(60) : below(20))
        feed.change(below(4))
        feed.release()
      } else if (what < 0.83) {
        yield* gate.close
        yield* pass(feed, chance(0.2) ? 30 + below(10) : below(12))
        feed.change(1 + below(4))
        yield* gate.open
      } else if (what < 0.87) {
        filters = pick(someFilters)
        yield* session.setFilters(filters)
      } else if (what < 0.89) feed.restart()
      else if (what < 0.97) yield* pass(feed, below(60))
      // Long enough for a sportsbook to be silent.
      else yield* pass(feed, 310)
      yield* settle
      check()
    }

    // The world comes to rest, and lost messages are sent again.
    feed.welcomes.length = 0
    feed.calm = true
    feed.release()
    yield* pass(feed, 400)
    feed.drop()
    yield* settle
    const before = pricesOf(reader.folded)
    const told = reader.records.length
    feed.change(below(6))
    yield* pass(feed, 120)
    check()
    const at = status as Status["_tag"]
    if (at !== "Live" && feed.truth.seenBy(filters).size > 0) throw new Error(`is ${at} at the end`)
    const expected = sorted([...feed.truth.seenBy(filters)].map(([place, lines]) => [place, sorted(lines)] as const))
    const ours = pricesOf(reader.folded)
    if (feed.truth.seenBy(filters).size > 0) {
      if (JSON.stringify(ours) !== JSON.stringify(expected)) {
        throw new Error(`ends with ${JSON.stringify(ours)}; the server has ${JSON.stringify(expected)}`)
      }
      for (const game of reader.folded.games.values()) {
        if (!game.verified || game.partial) throw new Error(`${game.sportsbook} ${game.game} stays unverified`)
      }
      const changes = reader.records.slice(told).filter((record) => "change" in record && isLineChange(record)).length
      const least = leastChanges(before, expected)
      if (changes !== least) throw new Error(`reports the last gap in ${changes} line changes; ${least} are enough`)
    }
    return { events: reader.events, connections: reader.connections, believed: reader.believed }
  })
