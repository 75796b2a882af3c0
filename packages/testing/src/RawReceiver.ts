/** HTTP servers that write bytes as they are: what `node:http` would never send. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as net from "node:net"

/** A promise and the function that resolves it. */
export const signal = <A>(): { readonly promise: Promise<A>; readonly resolve: (value: A) => void } => {
  let resolve: (value: A) => void = () => {}
  const promise = new Promise<A>((done) => resolve = done)
  return { promise, resolve }
}

/** Serves each connection for as long as the scope is open; its port. */
const listen = (accept: (socket: net.Socket) => void): Effect.Effect<number, never, Scope.Scope> => {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => sockets.delete(socket))
    accept(socket)
  })
  return Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      }),
  )
}

/** A server that reads a request, writes these bytes, and then closes, resets or waits. */
export const openRaw = (
  bytes: string,
  andThen: "close" | "reset" | "wait",
): Effect.Effect<{ readonly url: string; readonly came: Promise<void> }, never, Scope.Scope> => {
  const { promise, resolve } = signal<void>()
  const port = listen((socket) => {
    let text = ""
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      const [head, body] = text.split("\r\n\r\n")
      const length = Number(/content-length: (\d+)/i.exec(head ?? "")?.[1])
      if (body === undefined || body.length < length) return
      const done = (): void => {
        resolve()
        if (andThen === "close") socket.end()
        if (andThen === "reset") socket.resetAndDestroy()
      }
      if (bytes === "") done()
      else socket.write(bytes, done)
    })
  })
  return Effect.map(port, (port) => ({ url: `http://127.0.0.1:${port}`, came: promise }))
}

/**
 * A server that writes these bytes as soon as a request begins; then it reads on to the end, or resets the connection.
 * `body` resolves with the first body that was read.
 */
export const openEarly = (
  bytes: string,
  andThen: "read" | "reset",
): Effect.Effect<{ readonly url: string; readonly body: Promise<string> }, never, Scope.Scope> => {
  const { promise, resolve } = signal<string>()
  const port = listen((socket) => {
    let text = ""
    socket.on("data", (chunk) => {
      if (text === "") {
        if (andThen === "reset") socket.pause()
        socket.write(bytes, () => {
          if (andThen === "reset") setImmediate(() => socket.resetAndDestroy())
        })
      }
      text += chunk.toString("latin1")
      const end = text.indexOf("\r\n\r\n") + 4
      if (text.length - end === Number(/content-length: (\d+)/i.exec(text)?.[1])) resolve(text.slice(end))
    })
  })
  return Effect.map(port, (port) => ({ url: `http://127.0.0.1:${port}`, body: promise }))
}
