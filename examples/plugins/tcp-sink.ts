/** A sink of your own in the words of promises: lines over TCP, for log collectors. */
import { sinkPlugin } from "@boltodds/config"
import { sinkFromPromise } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { once } from "node:events"
import { connect, type Socket } from "node:net"

const Port = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 65_535 }, { expected: "a port, from 1 to 65535" }),
)

/** A connection that is made when it is needed, and anew after it broke. */
class Line {
  readonly #host: string
  readonly #port: number
  #socket: Socket | undefined

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }

  /** Resolves when the operating system has taken the text; rejects where it cannot, and the lane tries again. */
  async write(text: string, signal: AbortSignal): Promise<void> {
    const socket = this.#socket ?? await this.#connect(signal)
    // The time to drain is over: a receiver that does not read is not waited for.
    signal.addEventListener("abort", () => socket.destroy(), { once: true })
    await new Promise<void>((resolve, reject) => {
      // A socket that broke since the last write says so here.
      socket.write(text, (error) => error === undefined || error === null ? resolve() : reject(error))
    })
  }

  async #connect(signal: AbortSignal): Promise<Socket> {
    const socket = connect({ host: this.#host, port: this.#port, signal })
    await once(socket, "connect")
    socket.on("error", () => {}) // the write that meets it rejects with it
    socket.once("close", () => this.#socket = undefined)
    socket.resume()
    return this.#socket = socket
  }

  /** Ends the connection after what was written. */
  async close(): Promise<void> {
    const socket = this.#socket
    if (socket === undefined) return
    const closed = once(socket, "close")
    socket.destroySoon()
    await closed
  }
}

export default sinkPlugin({
  kind: "sink",
  name: "tcp",
  about: "Lines over TCP.",
  config: Schema.Struct({
    host: Schema.optionalKey(Schema.String.annotate({ description: "Default 127.0.0.1." })),
    port: Port,
  }),
  make: ({ host = "127.0.0.1", port }) =>
    Effect.map(
      Effect.acquireRelease(Effect.sync(() => new Line(host, port)), (line) => Effect.promise(() => line.close())),
      (line) =>
        sinkFromPromise<unknown>({
          // TCP does not report what the other side has read: what was on its way when a connection broke is lost,
          // and of the batch that met the break some may come twice.
          guarantee: "at-most-once",
          write: ({ envelopes }, signal) => line.write(envelopes.map(({ text }) => `${text}\n`).join(""), signal),
        }),
    ),
})
