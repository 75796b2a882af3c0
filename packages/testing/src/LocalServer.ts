/** A real server on this machine, scripted by the test: WebSocket and HTTP on one port. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"

/** What the server does. */
export interface Script {
  readonly connection?: (socket: WebSocket, request: IncomingMessage) => void
  /** Instead of accepting an upgrade. */
  readonly upgrade?: (socket: Duplex, request: IncomingMessage) => void
  /** Default: 404. */
  readonly request?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface LocalServer {
  readonly port: number
  /** `ws://127.0.0.1:port/api`. */
  readonly url: string
  /** `http://127.0.0.1:port/api`. */
  readonly http: string
}

/** Starts a server; `stop` breaks its connections. */
export const startLocalServer = async (
  script: Script,
): Promise<LocalServer & { readonly stop: () => Promise<void> }> => {
  const sockets = new Set<Socket>()
  const http = createServer((request, response) =>
    script.request === undefined ? response.writeHead(404).end() : script.request(request, response)
  )
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  http.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  http.on("upgrade", (request, socket, head) => {
    if (script.upgrade !== undefined) return script.upgrade(socket, request)
    webSockets.handleUpgrade(request, socket, head, (accepted) => script.connection?.(accepted, request))
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  return {
    port,
    url: `ws://127.0.0.1:${port}/api`,
    http: `http://127.0.0.1:${port}/api`,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        http.close(() => resolve())
      }),
  }
}

/** A server that runs for as long as the scope is open. */
export const localServer = (script: Script): Effect.Effect<LocalServer, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startLocalServer(script)),
    ({ stop }) => Effect.promise(stop),
  )

/** Answers an upgrade with a status and closes. */
export const answer = (socket: Duplex, status: number, headers: Record<string, string>, body: string): void => {
  const lines = Object.entries({ ...headers, "content-length": String(body.length), connection: "close" })
  socket.end(`HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`)
}
