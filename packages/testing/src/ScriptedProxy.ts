/** A proxy on this machine that answers CONNECT as the test says. */
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

/** Called for each CONNECT; `authority` is the `host:port` in it. */
export type OnConnect = (socket: net.Socket, authority: string) => void

/** Starts a proxy; `stop` breaks its connections. With `certificate`, clients speak TLS to the proxy. */
export const startProxy = (
  onConnect: OnConnect,
  certificate?: { readonly cert: string; readonly key: string },
): Promise<ScriptedProxy & { readonly stop: () => void }> =>
  new Promise((resolve) => {
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

/** A proxy that runs for as long as the scope is open. */
export const scriptedProxy = (
  ...options: Parameters<typeof startProxy>
): Effect.Effect<ScriptedProxy, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startProxy(...options)),
    ({ stop }) => Effect.sync(stop),
  )

/** Connects every request to one port of this machine; `head` is the proxy's answer. */
export const connectTo = (port: number, head = "HTTP/1.1 200 OK\r\n\r\n"): OnConnect => (socket) => {
  // What comes before the pipe is set up must wait.
  socket.pause()
  const target = net.connect(port, "127.0.0.1", () => {
    socket.write(head)
    target.pipe(socket).pipe(target)
  })
  target.on("error", () => socket.destroy())
  socket.on("close", () => target.destroy())
}
