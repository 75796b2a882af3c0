/** The records of the feed in a loop, with the book that they make. */
import { keyFromEnv, keyOf, makeCatalog } from "@boltodds/connection"
import { catalogCache, connect, machineLeases, machineLimiter, machineMemory, nodeGet } from "@boltodds/connection/node"
import {
  type Book,
  type BookGame,
  type BookLine,
  type FeedEvent,
  type GivenFilters,
  isLineChange,
  type LineChange,
  type StreamRecord,
  ulid,
} from "@boltodds/protocol"
import {
  book,
  type Draft,
  getGame,
  getLine,
  type LineRef,
  make,
  type State,
  thaw,
  whyNotActionable,
} from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as process from "node:process"
import { toConsole } from "./toConsole.ts"

/** Options of {@link follow}. */
export interface FollowOptions {
  /** What to receive, by the names of the feed. Default: everything. */
  readonly filters?: GivenFilters | undefined
  /** The key. Default: the environment variable BOLTODDS_API_KEY. */
  readonly key?: string | undefined
  /** The address of the feed. Default: the environment variable BOLTODDS_URL, or else the vendor's. */
  readonly url?: string | undefined
  /** Whether `ws://` is allowed to other hosts than this machine. Default false. */
  readonly insecure?: boolean | undefined
  /** Ends the loop, and the connection. */
  readonly signal?: AbortSignal | undefined
  /** Dials in a row without data, after which the loop throws {@link FeedUnavailable}. Default: it never gives up. */
  readonly maxAttempts?: number | undefined
  /**
   * Gets a sentence, once for each cause, when there is no connection, or when a connection brings no data. False: no
   * warnings. Default `console.warn`.
   */
  readonly onWarning?: ((message: string) => void) | false | undefined
}

/** Why a line may not be acted on. */
export type WhyNot =
  | "unknown"
  | "unverified"
  | "suspended"
  | "partial"
  | "stale"
  | "silent"
  | "disconnected"
  | "stopped"
  | "superseded"

/** The records of the feed. Iterate it once. */
export interface Following extends AsyncIterable<StreamRecord> {
  /** Records as they come. While the loop does not ask for the next one the feed is not read. */
  readonly [Symbol.asyncIterator]: () => AsyncGenerator<StreamRecord, void, undefined>
  /**
   * Whether this record is a price that may be acted on now: the newest of its line, verified, not suspended, of a whole
   * game, of a sportsbook that is not stale, on a connection that is not silent. Ask it at the moment of acting.
   */
  readonly isActionable: (record: StreamRecord) => record is LineChange
  /** The same of any line of the book, by its names. */
  readonly isLineActionable: (line: LineRef) => boolean
  /** Why a record, or a line, may not be acted on now; undefined where it may. `superseded`: its line has changed since. */
  readonly whyNotActionable: (line: LineRef | LineChange) => WhyNot | undefined
  /** A line as it is known now. Whether it may be acted on says {@link Following.isLineActionable}. */
  readonly line: (line: LineRef) => BookLine | undefined
  /** A game at a sportsbook, with all its lines. */
  readonly game: (sportsbook: string, game: string) => BookGame | undefined
  /** The whole book, as `fold` makes it of all records so far. Copies a table of all games. */
  readonly book: () => Book
  /** Replaces the filters, on the open connection. */
  readonly setFilters: (filters: GivenFilters) => Promise<void>
}

/**
 * Follows the feed: each change of a price, and each control that says what is no longer known to be live.
 *
 * It dials when the loop begins, and connects again whenever that can help. Leaving the loop closes the connection. The
 * loop throws what cannot be mended, such as {@link KeyRefused}. Throws at once if an option, a filter or the address
 * cannot be used.
 *
 * @example
 * ```ts ignore
 * import { follow } from "boltodds"
 *
 * const feed = follow({ filters: { sports: ["MLB"], markets: ["Moneyline"] } })
 * for await (const record of feed) {
 *   if (feed.isActionable(record)) console.log(record.sportsbook, record.game, record.outcome, record.odds)
 * }
 * ```
 */
export const follow = (options: FollowOptions = {}): Following => {
  const { signal, key, url = addressInEnvironment(), insecure, maxAttempts, onWarning, ...rest } = options
  const source = key === undefined ? keyFromEnv() : keyOf(key)
  const where = {
    key: source,
    ...url === undefined ? {} : { url },
    ...insecure === undefined ? {} : { insecure },
  }
  const problems = { onProblem: onWarning === false ? () => {} : onWarning ?? toConsole }
  // What it does not know it refuses, by name.
  const feed = connect({
    ...rest,
    ...where,
    ...maxAttempts === undefined ? {} : { maxAttempts },
    ...onWarning === undefined ? {} : { onWarning },
    catalog: Effect.runSync(makeCatalog({ ...where, get: nodeGet, store: catalogCache(problems) })),
    limiter: machineLimiter(problems),
    memory: machineMemory(problems),
    leases: machineLeases({ ...problems, program: "boltodds" }),
  })
  const known = new Known()
  let isBegun = false
  const records = async function* (): AsyncGenerator<StreamRecord, void, undefined> {
    if (isBegun) throw new TypeError("Cannot iterate this feed again: call follow() for each loop")
    isBegun = true
    if (isAborted(signal)) return
    const stop = (): void => void feed.close()
    signal?.addEventListener("abort", stop, { once: true })
    try {
      for await (const event of feed) {
        if (isAborted(signal)) break
        yield* known.take(event)
      }
      yield* known.stop(isAborted(signal) ? "aborted" : "source ended")
    } finally {
      signal?.removeEventListener("abort", stop)
      known.stop("left")
    }
  }
  const whyNot = (line: LineRef | LineChange): WhyNot | undefined => known.whyNot(line)
  return {
    [Symbol.asyncIterator]: records,
    isActionable: (record): record is LineChange =>
      "change" in record && isLineChange(record) && whyNot(record) === undefined,
    isLineActionable: (line) => whyNot(line) === undefined,
    whyNotActionable: whyNot,
    line: (line) => getLine(known.state, line),
    game: (sportsbook, game) => getGame(known.state, sportsbook, game),
    book: () => book(known.state),
    setFilters: feed.setFilters,
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

const addressInEnvironment = (): string | undefined => process.env["BOLTODDS_URL"]

/** The book of one loop, and what time it is for it. */
class Known {
  readonly #draft: Draft = thaw(make({ run: ulid() }))
  #state: State | undefined
  #at = 0
  #isStopped = false
  /** The time of the session less that of this process: the latest that any event has shown. */
  #ahead = -Infinity
  /** The two clocks when the last event came. They part when the machine sleeps. */
  #wall = 0
  #steady = 0

  /** As it is after the last event: sealed only when somebody asks, since sealing has its price at the next event. */
  get state(): State {
    return this.#state ??= this.#draft.seal()
  }

  take(event: FeedEvent): ReadonlyArray<StreamRecord> {
    this.#state = undefined
    this.#at = event.at
    this.#steady = performance.now()
    this.#wall = Date.now()
    this.#ahead = Math.max(this.#ahead, event.at - this.#steady)
    return this.#draft.apply([event]).flatMap(({ records }) => records)
  }

  stop(reason: string): ReadonlyArray<StreamRecord> {
    if (this.#isStopped) return []
    this.#isStopped = true
    this.#state = undefined
    return this.#draft.stop(this.#at, reason)
  }

  whyNot(line: LineRef | LineChange): WhyNot | undefined {
    const why = whyNotActionable(this.state, line, this.#now())
    if (why !== undefined || !("change" in line)) return why
    return isNewest(line, getLine(this.state, line)) ? undefined : "superseded"
  }

  /**
   * The time of the session at this moment, and never before it: what was read late must not pass for what has just come,
   * nor a price from before the machine slept.
   */
  #now(): number {
    const steady = performance.now()
    if (this.#ahead === -Infinity) return 0
    return this.#ahead + steady + Math.max(0, Date.now() - this.#wall - (steady - this.#steady))
  }
}

const isNewest = (change: LineChange, line: BookLine | undefined): boolean =>
  line !== undefined && line.odds === change.odds && line.line === change.line && line.side === change.side &&
  line.market === change.market && line.target === change.target
