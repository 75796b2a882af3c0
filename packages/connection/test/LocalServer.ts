/** A real server on this machine: WebSocket and HTTP on one port, scripted by the test. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"

export interface Script {
  readonly connection?: (socket: WebSocket, request: IncomingMessage) => void
  /** Instead of accepting an upgrade. */
  readonly upgrade?: (socket: Duplex, request: IncomingMessage) => void
  readonly request?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface LocalServer {
  readonly port: number
  readonly url: string
  readonly http: string
}

export const localServer = (script: Script): Effect.Effect<LocalServer, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<{ readonly server: LocalServer; readonly stop: () => Promise<void> }>((resolve) => {
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
        http.listen(0, "127.0.0.1", () => {
          const { port } = http.address() as AddressInfo
          resolve({
            server: { port, url: `ws://127.0.0.1:${port}/api`, http: `http://127.0.0.1:${port}/api` },
            stop: () =>
              new Promise((stopped) => {
                for (const socket of sockets) socket.destroy()
                http.close(() => stopped())
              }),
          })
        })
      })
    ),
    ({ stop }) => Effect.promise(stop),
  ).pipe(Effect.map(({ server }) => server))

export const answer = (socket: Duplex, status: number, headers: Record<string, string>, body: string): void => {
  const lines = Object.entries({ ...headers, "content-length": String(body.length), connection: "close" })
  socket.end(`HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`)
}
