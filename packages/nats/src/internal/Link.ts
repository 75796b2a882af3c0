/** Whether a connection stands, and what must not be waited for once it is lost. */
import type { NatsConnection } from "@nats-io/nats-core"
import { NatsError } from "../NatsError.ts"

/**
 * Watches a connection that reconnects by itself.
 *
 * The client does not end a request when its connection is lost: each would wait for its whole time-out, although the
 * server may be back after 0.3 s.
 */
export class Link {
  readonly connection: NatsConnection
  #isUp = true
  readonly #losses = new Set<() => void>()
  readonly #returns = new Set<() => void>()

  constructor(connection: NatsConnection) {
    this.connection = connection
    void this.#watch()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Calls a function at each reconnection. Returns a function that ends this. */
  onReturn(call: () => void): () => void {
    this.#returns.add(call)
    return () => void this.#returns.delete(call)
  }

  /** What the promise resolves to; rejects with a {@link NatsError} at once when the connection is lost. */
  async whileUp<A>(run: () => Promise<A>): Promise<A> {
    if (!this.#isUp) throw lost()
    let onLoss: () => void = () => {}
    const loss = new Promise<never>((_, reject) => {
      onLoss = () => reject(lost())
      this.#losses.add(onLoss)
    })
    try {
      return await Promise.race([run(), loss])
    } finally {
      this.#losses.delete(onLoss)
    }
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

  async #watch(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === "disconnect") {
        this.#isUp = false
        for (const call of this.#losses) call()
      } else if (type === "reconnect") {
        this.#isUp = true
        for (const call of this.#returns) call()
      }
    }
  }
}

const lost = (): NatsError =>
  new NatsError("unreachable", "The connection to NATS is lost. Trying to reconnect; start the server if it is down.")
