/** Session, hub and reader in this process, against a simulator over real sockets; time runs faster. */
import { keyOf, Limiter, makeLimiter, makeSession, type Status } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { changes, type Report, route, run } from "@boltodds/pipeline"
import {
  type Book,
  type Change,
  type Control,
  emptyBook,
  type Filters,
  fold,
  isLineChange,
  isLive,
} from "@boltodds/protocol"
import { sinkFromPromise } from "@boltodds/sink"
import type { Simulator } from "@boltodds/simulator"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { fastClock } from "./fastClock.ts"

const doubts: ReadonlySet<string> = new Set(["gap_opened", "clock_jumped", "quarantined", "stale"])

/** How much faster: limits of minutes are met in seconds, and a turn of the event loop still takes no time to speak of. */
export const speed = 12

const patience = Number(process.env["BOLTODDS_PATIENCE"] ?? 1)

/** A running chain. */
export class Chain {
  book: Book = emptyBook
  readonly controls: Array<Control> = []
  readonly statuses: Array<Status["_tag"]> = []
  readonly done: Promise<Report>
  changes = 0
  /** Line changes without a difference, or twice in one snapshot. */
  readonly idle: Array<string> = []
  readonly #over = Deferred.makeUnsafe<string>()
  readonly #setFilters: (filters: Filters) => Promise<void>
  /** Lines that were sent again since more than one of them was last invalidated. */
  #resynced = new Set<string>()
  /** The last state that was emitted of each line, by game. */
  readonly #lines = new Map<string, Map<string, string>>()
  #watchers: Array<() => void> = []

  constructor(simulator: Simulator, filters: Filters = {}) {
    const session = Effect.runSync(makeSession({
      key: keyOf(simulator.key),
      transport: wsTransport(),
      url: simulator.url,
      filters,
      onStatus: ({ _tag }) => this.statuses.push(_tag),
    }))
    this.#setFilters = (next) => Effect.runPromise(session.setFilters(next))
    const sink = Effect.succeed(sinkFromPromise<Change>({
      write: async ({ envelopes }) => this.#take(envelopes.map(({ text }) => JSON.parse(text) as Change | Control)),
    }))
    this.done = Effect.runPromise(
      run(session, [route({ name: "changes", emit: changes(), sink })], {
        state: { run: "R", filters },
        until: Deferred.await(this.#over),
      }).pipe(Effect.provideService(Limiter, makeLimiter()), Effect.provideService(Clock.Clock, fastClock(speed))),
    )
  }

  /** The prices that a reader may show now, as the server writes its book. */
  get shown(): Record<string, string> {
    return this.#shownIn(this.book)
  }

  /** The same where a sportsbook that is silent, because the world holds still, is believed all the same. */
  get shownInSilence(): Record<string, string> {
    return this.#shownIn({ ...this.book, staleBooks: new Set() })
  }

  #shownIn(book: Book): Record<string, string> {
    const prices: Record<string, string> = {}
    for (const game of book.games.values()) {
      for (const line of game.lines.values()) {
        if (line.odds === null || game.partial || !isLive(book, game, line)) continue
        prices[`${game.sportsbook}|${game.game}|${line.outcome}`] = line.odds > 0 ? `+${line.odds}` : String(line.odds)
      }
    }
    return prices
  }

  /** How often a control of this kind was emitted. */
  count(control: Control["control"]): number {
    return this.controls.filter((record) => record.control === control).length
  }

  /** Resolves when this holds; evaluated at each record. Rejects when the run ends, or after half a minute on an idle machine. */
  async until(what: string, condition: () => boolean): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const held = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look)
        resolve()
      }
      timer = setTimeout(() => reject(new Error(`waited in vain for ${what}; ${this.summary}`)), 30_000 * patience)
      this.#watchers.push(look)
      look()
    })
    const ended = this.done.then(({ reason }) => Promise.reject(new Error(`it ended before ${what}: ${reason}`)))
    await Promise.race([held, ended]).finally(() => clearTimeout(timer))
  }

  /** The state of the run, for the error of a wait that times out. */
  get summary(): string {
    const games = [...this.book.games.values()]
    const doubtful = games.filter(({ verified }) => !verified)
    const last = this.controls.filter(({ control }) => control !== "game_verified" && control !== "heartbeat").slice(-4)
    return `${this.statuses.slice(-5).join(", ")}; ${games.length} games, ${doubtful.length} unverified (${
      doubtful.filter(({ partial }) => partial).length
    } partial); stale: ${[...this.book.staleSessions, ...this.book.staleBooks].join(", ")}; last controls: ${
      last.map((control) => JSON.stringify(control)).join(" ")
    }`
  }

  setFilters(filters: Filters): Promise<void> {
    return this.#setFilters(filters)
  }

  stop(): Promise<Report> {
    Deferred.doneUnsafe(this.#over, Effect.succeed("seen enough"))
    return this.done
  }

  #take(records: ReadonlyArray<Change | Control>): void {
    // The last word of a run is that nothing is live: what came before it is what is looked at.
    const told = records.filter((record) => !("control" in record && record.control === "stream_stopped"))
    for (const record of told) {
      if ("control" in record) {
        this.controls.push(record)
        // An invalidation also concerns lines that were sent again: they may have changed meanwhile.
        if (doubts.has(record.control)) this.#resynced = new Set()
      } else {
        this.changes++
        this.#judge(record)
      }
    }
    this.book = fold(this.book, told)
    for (const look of this.#watchers) look()
  }

  /** After a gap only differences are emitted, and each once. */
  #judge(change: Change): void {
    const game = `${change.sportsbook}|${change.game}`
    if (!isLineChange(change)) {
      if (change.change === "game_closed") this.#lines.delete(game)
      return
    }
    const lines = this.#lines.get(game) ?? new Map<string, string>()
    this.#lines.set(game, lines)
    const { outcome, market, target, target_kind, side, line, line_derived, odds, link } = change
    const is = change.change === "line_closed"
      ? undefined
      : JSON.stringify([market, target, target_kind, side, line, line_derived, odds, link])
    if (change.cause === "resync") {
      const place = `${game}|${outcome}`
      if (lines.get(outcome) === is) this.idle.push(`${change.change} ${place}`)
      else if (this.#resynced.has(place)) this.idle.push(`${change.change} ${place}, a second time`)
      this.#resynced.add(place)
    }
    if (is === undefined) lines.delete(outcome)
    else lines.set(outcome, is)
  }
}
