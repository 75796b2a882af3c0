/** Reads a server over connections that end: dials again, and goes on where it was. */
import type { StreamRecord } from "@boltodds/protocol"
import type { ServeConnection, ServeDial, ServeEnd } from "./ServeDial.ts"
import { type ServedFollowed, ServedFollower } from "./ServedFollower.ts"
import { ServeError } from "./ServeError.ts"

/** Characters that may wait for the reader before the connection is paused, or closed where that cannot be. */
const mostWaiting = 8 * 1024 * 1024
const firstWaitMillis = 250
const longestWaitMillis = 10_000
/** For so long a connection may be silent before another is dialed: a server sends a heartbeat every 10 s. */
const silenceMillis = 30_000

/** How a server is read. */
export interface ServeReadingOptions extends Omit<ServedFollowed, "onFault"> {
  /** The address of the stream after a place. */
  readonly addressOf: (after: string) => URL
  readonly token: string | undefined
  readonly dial: ServeDial
  readonly onTrouble: (error: ServeError) => void
}

/** Reads groups of records of one server. */
export class ServeReading {
  readonly #options: ServeReadingOptions
  readonly #follower: ServedFollower
  #connection: ServeConnection | undefined
  #isPaused = false
  #isStopped = false
  /** Why the reading cannot go on. */
  #failure: ServeError | undefined
  /** Whether any connection has brought all that a server has. */
  #hasRead = false
  #attempts = 0
  /** When the next connection is dialed. */
  #dialAt = 0
  /** When the last message came, or the connection opened. */
  #heardAt = 0
  #wake: () => void = ignore

  constructor(options: ServeReadingOptions) {
    this.#options = options
    this.#follower = new ServedFollower({
      ...options,
      onFault: (fault) => options.onTrouble(new ServeError("lost", `A line of the server is not a record: ${fault}`)),
    })
  }

  /** The groups, until {@link stop}. Ends with a {@link ServeError} where the first connection cannot be made. */
  async *groups(): AsyncGenerator<ReadonlyArray<StreamRecord>> {
    while (!this.#isStopped) {
      if (this.#failure !== undefined) throw this.#failure
      const now = performance.now()
      this.#keepConnected(now)
      const records = this.#follower.give(now, new Date().toISOString())
      if (records.length === 0) await this.#rest(now)
      else {
        this.#goOn()
        yield records
      }
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#connection?.close()
    this.#connection = undefined
    this.#wake()
  }

  /** Dials where there is no connection, or one that is silent. */
  #keepConnected(now: number): void {
    // What is paused is silent because it is not read.
    if (this.#connection !== undefined && !this.#isPaused && now - this.#heardAt >= silenceMillis) {
      this.#end({ why: `nothing came for ${silenceMillis / 1_000} s` })
    }
    if (this.#connection === undefined && now >= this.#dialAt && this.#follower.size < mostWaiting) this.#dial(now)
  }

  #dial(now: number): void {
    const { dial, addressOf, token } = this.#options
    this.#heardAt = now
    this.#isPaused = false
    // Events of a connection that was given up mean nothing.
    const isThis = (): boolean => this.#connection === connection
    const connection = dial(addressOf(this.#follower.after), token, {
      open: () => {
        if (!isThis()) return
        this.#follower.connected()
        this.#heardAt = performance.now()
      },
      message: (text) => {
        if (isThis()) this.#take(text)
      },
      end: (end) => {
        if (isThis()) this.#end(end)
      },
    })
    this.#connection = connection
  }

  #take(text: string): void {
    const now = performance.now()
    this.#heardAt = now
    this.#follower.take(text, now)
    if (this.#follower.isCurrent) {
      this.#hasRead = true
      this.#attempts = 0
    }
    if (this.#follower.size >= mostWaiting) this.#hold()
    this.#wake()
  }

  /** Reads no more until the reader has taken what waits. */
  #hold(): void {
    if (this.#isPaused) return
    if (this.#connection?.pause !== undefined) {
      this.#isPaused = true
      this.#connection.pause()
    } else this.#end({ why: "the reader is slower than the server" })
  }

  #goOn(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#heardAt = performance.now()
    this.#connection?.resume?.()
  }

  #end(end: ServeEnd): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#follower.disconnected()
    const wait = Math.min(longestWaitMillis, firstWaitMillis * 2 ** Math.min(this.#attempts, 10))
    this.#attempts += 1
    // Not all at once, where many readers lost one server.
    this.#dialAt = performance.now() + wait * (0.5 + Math.random() / 2)
    const error = errorOf(end)
    if (this.#hasRead) this.#options.onTrouble(error)
    else this.#failure = error
    this.#wake()
  }

  /** Sleeps until something comes or is due. */
  async #rest(now: number): Promise<void> {
    const until = Math.min(
      this.#follower.staleAt ?? Infinity,
      this.#connection === undefined ? this.#dialAt : this.#heardAt + silenceMillis,
    )
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, Math.min(until - now, longestWaitMillis)))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = ignore
  }
}

/** A refusal by its status, where it is seen. */
export const errorOf = ({ why, status, body }: ServeEnd): ServeError => {
  if (status === 401 || status === 403) {
    return new ServeError("refused", `The server refuses this reader: ${body === "" ? `HTTP ${status}` : body}`)
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new ServeError("options", `The server does not serve this: ${body === "" ? `HTTP ${status}` : body}`)
  }
  return new ServeError("unreachable", `Cannot read the server: ${why}. Start it, or check its address.`)
}

const ignore = (): void => {}
