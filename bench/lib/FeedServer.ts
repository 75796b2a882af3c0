/** A server that speaks as much of the feed's protocol as a bench needs, on bare `ws`. */
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"

/** Bytes that may wait in a socket before the server stops to fill it. */
const highWater = 4_000_000

export class FeedServer {
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
  #subscribed: ((socket: WebSocket) => void) | undefined

  /** Starts one on a port of 127.0.0.1 that the system chooses. */
  static async start(): Promise<FeedServer> {
    const server = new FeedServer()
    await once(server.#server, "listening")
    return server
  }

  private constructor() {
    this.#server.on("connection", (socket) => {
      socket.send('{"action":"socket_connected","plan":"Pro"}')
      socket.once("message", () => this.#subscribed?.(socket))
      // A client that is ended resets its connection.
      socket.on("error", () => socket.terminate())
    })
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api`
  }

  /** The socket of the next client that subscribes. */
  nextSubscriber(): Promise<WebSocket> {
    return new Promise((resolve) => {
      this.#subscribed = resolve
    })
  }

  stop(): void {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }
}

/** Sends frames as fast as the socket takes them; ends when all have left this process, or the socket is closed. */
export const sendAll = (socket: WebSocket, frames: ReadonlyArray<Buffer>): Promise<void> =>
  new Promise((resolve) => {
    let sent = 0
    const pump = (): void => {
      while (sent < frames.length && socket.bufferedAmount < highWater) socket.send(frames[sent++]!, { binary: false })
      const done = sent === frames.length && socket.bufferedAmount === 0
      if (done || socket.readyState !== socket.OPEN) resolve()
      else setImmediate(pump)
    }
    pump()
  })
