/** A reader of the latest records and the log, which begins again where what it read is lost. */
import {
  type Change,
  type Control,
  type Followed,
  Follower,
  parseTimestamp,
  type ReadRecord,
  readRecord,
} from "@boltodds/protocol"
import { RedisError } from "../RedisError.ts"
import type { RedisKeys } from "../redisKeys.ts"
import { entriesOf, type Entry, Pieces, positionOf } from "./entries.ts"
import type { Link } from "./Link.ts"
import { stateOf, type StreamState } from "./manifest.ts"
import { readLatest } from "./readLatest.ts"
import { redisErrorOf } from "./redisErrorOf.ts"

/** Entries that are asked for at a time. */
const mostAtOnce = 500
/** Records of a log that may wait for the reader. */
const mostWaiting = 10_000
/** How long the server waits for an entry before it answers that there is none. */
export const blockMillis = 1_000
/** How often it is looked whether the stream is still the same one. */
const checkMillis = 2_000
const waitMillis = 500

/** What is read, and how. */
export interface ReadingOptions extends Followed {
  readonly keys: RedisKeys
  /** Of a log: where to begin. Undefined: with the oldest record. */
  readonly since: Date | undefined
  /** Undefined: the whole log. */
  readonly partition: number | undefined
  readonly onTrouble: (error: RedisError) => void
  /** The time in milliseconds, and how long it waits at most before it looks again. Default: that of Node, and 500 ms. */
  readonly now?: () => number
  readonly waitMillis?: number
}

/** What is needed of a connection. */
export type ReadingLink = Pick<Link, "call" | "callAll" | "isUp" | "onReturn" | "untilUp">

/** Reads groups of records of one stream, or of one partition of it. */
export class Reading {
  readonly #link: ReadingLink
  readonly #options: ReadingOptions
  readonly #key: string
  readonly #follower: Follower
  readonly #now: () => number
  readonly #waitMillis: number
  #pieces = new Pieces()
  readonly #controller = new AbortController()
  #wake: () => void = ignore
  /** Ends the wait for a reader of the log that has enough. */
  #goOn: () => void = ignore
  /** The stream that is read; undefined before the reading begins, and where it must begin again. */
  #joined: StreamState | undefined
  /** The id of the last entry that was read. */
  #cursor = "0-0"
  /** Of a log: records before this time, in milliseconds, are left out until one follows that is not. */
  #since = -Infinity
  /** The position of the last of these. */
  #leftOutTo = 0
  /** The id of an entry that is not a record, which is read once. */
  #skipped = "0-0"
  #checkAt = 0
  /** The server may have been restarted since the stream was looked at. */
  #hasReturned = false
  /** The last position of the stream when it was looked at, while no entry came. */
  #expected = 0

  constructor(link: ReadingLink, options: ReadingOptions) {
    const { keys, partition } = options
    this.#link = link
    this.#options = options
    this.#key = partition === undefined ? keys.log : keys.partition(partition)
    // The end of a group may be in another partition.
    this.#follower = new Follower({ ...options, mayLackEnds: partition !== undefined })
    this.#now = options.now ?? (() => performance.now())
    this.#waitMillis = options.waitMillis ?? waitMillis
  }

  get #isStopped(): boolean {
    return this.#controller.signal.aborted
  }

  /** The groups, until {@link stop}. */
  async *groups(): AsyncGenerator<ReadonlyArray<Change | Control>> {
    // A server that was restarted may have lost what it had.
    const forget = this.#link.onReturn(() => {
      this.#checkAt = 0
      this.#hasReturned = true
    })
    const running = this.#run()
    try {
      while (!this.#isStopped) {
        const records = this.#follower.give(this.#now(), new Date().toISOString())
        if (records.length > 0) {
          this.#goOn()
          yield records
        } else await this.#rest()
      }
    } finally {
      forget()
      this.stop()
      await running
    }
  }

  stop(): void {
    this.#controller.abort()
    this.#wake()
    this.#goOn()
  }

  /** Sleeps until an entry comes or something is due: all becomes stale, or the end of a group is not waited for. */
  async #rest(): Promise<void> {
    const until = Math.min(this.#follower.staleAt ?? Infinity, this.#now() + this.#waitMillis)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, until - this.#now()))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = ignore
  }

  /** Reads, and begins again where that fails, until {@link stop}. */
  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#step()
      } catch (cause) {
        if (this.#isStopped) return
        // The server restarts, or cannot be reached. What does not arrive becomes stale by itself.
        this.#options.onTrouble(redisErrorOf(cause, `Cannot read ${this.#key}`))
        await this.#pause()
      }
    }
  }

  /** Waits for the connection, or a while where there is one. */
  async #pause(): Promise<void> {
    const { signal } = this.#controller
    if (!this.#link.isUp) return await this.#link.untilUp(checkMillis, signal)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, this.#waitMillis)
      signal.addEventListener("abort", done)
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener("abort", done)
        resolve()
      }
    })
  }

  async #step(): Promise<void> {
    if (this.#now() >= this.#checkAt) await this.#check()
    if (this.#joined === undefined || this.#isStopped) return
    const args = ["COUNT", mostAtOnce, "BLOCK", blockMillis, "STREAMS", this.#key, this.#cursor]
    const entries = entriesOf(await this.#link.call("XREAD", args))
    const { sequence } = this.#follower
    // A check has seen more than comes: it was removed before it was read.
    if (entries.length === 0 && sequence > 0 && this.#expected > sequence) this.#lose(this.#expected - sequence)
    if (entries.length === 0) this.#checkAt = 0
    for (const entry of entries) if (!this.#take(entry)) break
    this.#wake()
    while (this.#options.isLog && this.#follower.waiting >= mostWaiting && !this.#isStopped) {
      await new Promise<void>((resolve) => this.#goOn = resolve)
    }
  }

  /** Begins to read, and begins again where the stream is another one or goes back. */
  async #check(): Promise<void> {
    const { keys, partition, isLog } = this.#options
    const state = await stateOf(this.#link, keys, partition)
    if (state === undefined) {
      this.#joined = undefined
      throw new RedisError("no-stream", `The stream ${keys.log} does not exist yet: waiting for its writer.`)
    }
    if (!this.#isGoingOn(state)) {
      if (isLog) await this.#joinLog(state)
      else await this.#join(state)
    }
    this.#joined = state
    this.#hasReturned = false
    this.#expected = state.position
    this.#checkAt = this.#now() + checkMillis
  }

  /**
   * Whether all that was read is still there. Another stream has other ids. Where the server was restarted, a new writer may
   * have written over what was lost: what was read after the id at which it took over is not there any more.
   */
  #isGoingOn(state: StreamState): boolean {
    const before = this.#joined
    if (before?.created !== state.created || state.position < this.#follower.sequence) return false
    const takes = state.takes - before.takes
    return !this.#hasReturned || takes === 0 || takes === 1 && !isAfter(this.#cursor, state.took)
  }

  /** Begins to read a log, and goes on where it has lost its end. */
  async #joinLog(state: StreamState): Promise<void> {
    const before = this.#joined
    const cursor = await this.#beginning(state, before)
    this.#since = before === undefined ? this.#options.since?.getTime() ?? -Infinity : -Infinity
    this.#leftOutTo = 0
    this.#follower.join(state.position, this.#now())
    this.#pieces = new Pieces()
    this.#cursor = cursor
  }

  /** The id after which a log is read. */
  async #beginning(state: StreamState, before: StreamState | undefined): Promise<string> {
    const { since } = this.#options
    if (before === undefined) return since === undefined ? "0-0" : await this.#before(since)
    if (before.created !== state.created || state.takes - before.takes > 1) return "0-0"
    return state.takes === before.takes ? state.id : state.took
  }

  /**
   * The id after which all records since a time are. An entry has the time of the first record that was written with it, so
   * records since then may be among those of the last time before it: these are read as well, see `#since`.
   */
  async #before(since: Date): Promise<string> {
    const args = [this.#key, `(${since.getTime()}-0`, "-", "COUNT", 1]
    const entries = await this.#link.call("XREVRANGE", args) as ReadonlyArray<readonly [id: string]>
    const [id] = entries[0] ?? [`${since.getTime()}-0`]
    return `${Number.parseInt(id, 10)}-0`
  }

  /** Reads the whole book. */
  async #join(state: StreamState): Promise<void> {
    const { keys, partition } = this.#options
    this.#joined = undefined
    if (!state.latest) {
      throw new RedisError(
        "no-stream",
        `The stream ${keys.log} keeps no latest records. Read from: log, or set latest: true of its sink.`,
      )
    }
    const records = await readLatest(this.#link, keys, state, partition)
    const end = await stateOf(this.#link, keys, partition)
    if (end?.created !== state.created || end.position < state.position) {
      throw new RedisError("lost", `The stream ${keys.log} was made anew while it was read.`)
    }
    const { position: sequence, isWhole } = state
    this.#follower.begin({ records, sequence, lastSequence: end.position, isWhole }, this.#now())
    this.#pieces = new Pieces()
    this.#cursor = isAfter(this.#skipped, state.id) ? this.#skipped : state.id
    this.#wake()
  }

  /** Takes an entry. Returns false where the reading must begin again. */
  #take({ id, position, record, piece }: Entry): boolean {
    const { isLog } = this.#options
    const now = this.#now()
    this.#cursor = id
    if (record === undefined) {
      this.#skipped = id
      this.#options.onTrouble(new RedisError("fenced", `Something else writes to ${this.#key}: ${id} is not a record.`))
      this.#lose(0)
      return isLog
    }
    const next = Math.max(this.#follower.sequence, this.#leftOutTo) + 1
    // Of two records with pieces missing, one must not be made.
    if (position !== next) this.#pieces = new Pieces()
    if (position < next && isLog) {
      // The server has lost its end, and what is new has the positions of what was lost.
      this.#follower.join(position, now)
      this.#leftOutTo = 0
    } else if (position !== next && !isLog) {
      this.#lose(Math.max(0, position - next))
      return false
    }
    const text = this.#pieces.join(record, piece)
    const read = text === undefined ? undefined : readRecord(text)
    if (this.#isBeforeSince(read)) this.#leftOutTo = position
    else if (read === undefined) this.#follower.pass(position, now)
    else if (read.record !== undefined) this.#follower.take({ record: read.record, sequence: position }, now)
    else this.#reject(position, read.fault, now)
    return true
  }

  /** Whether a record is left out at the beginning, or a piece of one. */
  #isBeforeSince(read: ReadRecord | undefined): boolean {
    if (this.#since === -Infinity) return false
    if (read === undefined) return true
    if (read.record !== undefined && (parseTimestamp(read.record.at) ?? Infinity) < this.#since) return true
    this.#since = -Infinity
    return false
  }

  #reject(position: number, fault: string, now: number): void {
    this.#follower.reject(position, now)
    this.#options.onTrouble(
      new RedisError("stream", `An entry of ${this.#key} is not a record of changes (${fault}): no price is live.`),
    )
  }

  /** So many records are lost, as far as it is known: a reader of the latest reads the whole book again. */
  #lose(count: number): void {
    const { isLog, onTrouble } = this.#options
    this.#follower.lose(count)
    if (count > 0) {
      onTrouble(new RedisError("lost", `${count} records of ${this.#key} were removed before they were read.`))
    }
    if (isLog) return
    this.#joined = undefined
    this.#checkAt = 0
  }
}

/** Whether an id is after another one. */
const isAfter = (one: string, other: string): boolean => {
  const [oneMillis, otherMillis] = [Number.parseInt(one, 10), Number.parseInt(other, 10)]
  return oneMillis > otherMillis || oneMillis === otherMillis && positionOf(one) > positionOf(other)
}

const ignore = (): void => {}
