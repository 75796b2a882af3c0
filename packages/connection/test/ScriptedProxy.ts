/** A proxy on this machine that answers CONNECT as a test tells it to. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import * as net from "node:net"
import * as tls from "node:tls"

export interface ScriptedProxy {
  readonly port: number
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** The heads of the requests so far. */
  readonly heads: ReadonlyArray<string>
  /** Connections that are open now. */
  readonly open: () => number
}

/** What happens once a CONNECT was read; `authority` is `host:port` as it was asked for. */
export type OnConnect = (socket: net.Socket, authority: string) => void

/** Lives as long as the scope. With `certificate` TLS is spoken to the proxy. */
export const scriptedProxy = (
  onConnect: OnConnect,
  certificate?: { readonly cert: string; readonly key: string },
): Effect.Effect<ScriptedProxy, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<ScriptedProxy & { readonly stop: () => void }>((resolve) => {
        const heads: Array<string> = []
        const sockets = new Set<net.Socket>()
        const accept = (socket: net.Socket): void => {
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy())
          let text = ""
          const read = (chunk: Buffer): void => {
            text += chunk.toString("latin1")
            if (!text.includes("\r\n\r\n")) return
            socket.off("data", read)
            heads.push(text)
            onConnect(socket, /^CONNECT (\S+) /.exec(text)?.[1] ?? "")
          }
          socket.on("data", read)
        }
        const server = certificate === undefined ? net.createServer(accept) : tls.createServer(certificate, accept)
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as net.AddressInfo
          resolve({
            port,
            url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
            heads,
            open: () => sockets.size,
            stop: () => {
              for (const socket of sockets) socket.destroy()
              server.close()
            },
          })
        })
      })
    ),
    ({ stop }) => Effect.sync(stop),
  )

/** Connects whatever is asked for to one port of this machine; `head` is what it answers first. */
export const connectTo = (port: number, head = "HTTP/1.1 200 OK\r\n\r\n"): OnConnect => (socket) => {
  // Until it is piped, what comes must wait.
  socket.pause()
  const target = net.connect(port, "127.0.0.1", () => {
    socket.write(head)
    target.pipe(socket).pipe(target)
  })
  target.on("error", () => socket.destroy())
  socket.on("close", () => target.destroy())
}
