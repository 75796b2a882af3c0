/** A connection that reconnects for ever, and what must not be waited for once it is lost. */
import type { Redis } from "ioredis"
import { RedisError } from "../RedisError.ts"

/** An answer of the server: texts, numbers, and lists of them. */
export type Reply = string | number | null | ReadonlyArray<Reply>

/** Watches a connection. Commands fail at once while there is none. */
export class Link {
  readonly #client: Redis
  #isUp = true
  readonly #returns = new Set<() => void>()

  constructor(client: Redis) {
    this.#client = client
    client.on("ready", () => {
      this.#isUp = true
      for (const call of this.#returns) call()
    })
    client.on("close", () => {
      this.#isUp = false
    })
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Calls a function at each reconnection. Returns a function that ends this. */
  onReturn(call: () => void): () => void {
    this.#returns.add(call)
    return () => void this.#returns.delete(call)
  }

  /** Sends a command and resolves to its answer. Rejects with an error of the client. */
  async call(command: string, args: ReadonlyArray<string | number>): Promise<Reply> {
    if (!this.#isUp) throw lost()
    try {
      return await this.#client.call(command, args as Array<string | number>) as Reply
    } catch (cause) {
      this.#mistrust(cause)
      throw cause
    }
  }

  /** Sends commands together. Rejects with the first of their errors. */
  async callAll(commands: ReadonlyArray<ReadonlyArray<string>>): Promise<ReadonlyArray<Reply>> {
    return await Promise.all(commands.map(([command, ...args]) => this.call(command!, args)))
  }

  /** Waits for the connection, for this long or until the signal aborts. */
  async untilUp(millis: number, signal: AbortSignal): Promise<void> {
    if (this.#isUp || signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, millis)
      const forget = this.onReturn(done)
      signal.addEventListener("abort", done)
      function done(): void {
        clearTimeout(timer)
        forget()
        signal.removeEventListener("abort", done)
        resolve()
      }
    })
  }

  /**
   * A connection without answers may be a dead one, and a server that became a replica is known by a new one. Where the
   * socket can no longer be written, its end is not yet known to the client: without waiting for it, all would fail at once,
   * again and again.
   */
  #mistrust(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : ""
    if (/^Command timed out|^READONLY/.test(why) && this.#isUp) this.#client.disconnect(true)
    else if (!/isn't writeable|Connection is closed|max retries per request/.test(why)) return
    this.#isUp = false
  }
}

const lost = (): RedisError =>
  new RedisError("unreachable", "The connection to Redis is lost. Trying to reconnect; start the server if it is down.")
