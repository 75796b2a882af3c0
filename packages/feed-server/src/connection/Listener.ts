/** One port for HTTP and WebSocket upgrades, which can be closed at once. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"

/** The server cannot listen on its address. */
export class ListenError extends Error {
  readonly _tag = "ListenError"

  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = "ListenError"
  }
}

/** Called for each request and each upgrade. */
export interface ListenerHandlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** The certificate of a server and its key, as PEM. */
export interface ListenerTls {
  readonly cert: string
  readonly key: string
}

/** Listens on a port, and knows every TCP connection to it. */
export class Listener {
  readonly #http: Server
  /** Also those of unanswered dials: `node:http` forgets a socket that asked for an upgrade. */
  readonly #connections = new Set<Socket>()

  /** With `tls` it speaks HTTPS only; throws if the certificate or the key cannot be read. */
  constructor({ request, upgrade }: ListenerHandlers, tls?: ListenerTls) {
    this.#http = tls === undefined ? createServer() : createSecureServer({ cert: tls.cert, key: tls.key })
    this.#http.on("connection", (socket) => {
      this.#connections.add(socket)
      socket.on("close", () => this.#connections.delete(socket))
    })
    this.#http.on("request", request)
    this.#http.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      // A client may go away while its dial is refused.
      socket.on("error", () => socket.destroy())
      upgrade(incoming, socket, head)
    })
  }

  /** Starts to listen; port 0 means any free one. Rejects with {@link ListenError}. */
  open(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once("error", (cause: NodeJS.ErrnoException) => {
        const why = cause.code === "EADDRINUSE"
          ? "the port is in use; choose another one, or 0 for any that is free"
          : cause.message
        reject(new ListenError(`Cannot listen on ${host}:${port}: ${why}`, cause))
      })
      this.#http.listen({ host, port }, () => resolve())
    })
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** Cuts all connections and frees the port. */
  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
  }
}
