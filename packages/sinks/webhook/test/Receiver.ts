/** HTTP servers on this machine that keep what they are sent, and answer as they are told. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as https from "node:https"
import * as net from "node:net"
import { cert, key } from "./certificate.ts"

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A promise, and what resolves it. */
export const signal = <A>(): { readonly promise: Promise<A>; readonly resolve: (value: A) => void } => {
  let resolve: (value: A) => void = () => {}
  const promise = new Promise<A>((done) => resolve = done)
  return { promise, resolve }
}

/** Answers a request; `index` counts requests from 0. */
export type Handler = (request: Received, response: http.ServerResponse, index: number) => void

export interface Receiver {
  readonly url: string
  readonly requests: Array<Received>
  /** Connections accepted so far. */
  readonly connections: () => number
  /** Resolves when so many requests have come. */
  readonly came: (count: number) => Promise<void>
  answer: Handler
}

export const ok: Handler = (_, response) => void response.end("ok")

/** Answers with these statuses in turn, then with the last of them for ever. */
export const statuses =
  (...all: ReadonlyArray<number | readonly [number, Record<string, string>, string?]>): Handler =>
  (_, response, index) => {
    const next = all[Math.min(index, all.length - 1)]!
    const [status, headers, body] = typeof next === "number" ? [next, {}, ""] as const : next
    response.writeHead(status, headers).end(body ?? "")
  }

const listen = (server: net.Server, close: () => void): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        close()
      }),
  )

/** A receiver that lives as long as the scope. */
export const openReceiver = (answer: Handler = ok, tls = false): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting: Array<() => void> = []
    let connections = 0
    const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const received: Received = {
          method: request.method!,
          url: request.url!,
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
        }
        receiver.requests.push(received)
        receiver.answer(received, response, receiver.requests.length - 1)
        for (const wake of waiting) wake()
      })
    }
    const server = tls ? https.createServer({ cert, key }, handle) : http.createServer(handle)
    server.on("connection", () => connections++)
    const port = yield* listen(server, () => server.closeAllConnections())
    const receiver: Receiver = {
      url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
      requests: [],
      connections: () => connections,
      came: (count) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (receiver.requests.length >= count) resolve()
          }
          waiting.push(look)
          look()
        }),
      answer,
    }
    return receiver
  })

/** A server that takes a request and writes these bytes, and then closes if told so. */
export const openRaw = (
  bytes: string,
  andThen: "close" | "reset" | "wait",
): Effect.Effect<{ readonly url: string; readonly came: Promise<void> }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<net.Socket>()
    const { promise, resolve } = signal<void>()
    const server = net.createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => sockets.delete(socket))
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
    const port = yield* listen(server, () => sockets.forEach((socket) => socket.destroy()))
    return { url: `http://127.0.0.1:${port}`, came: promise }
  })

/**
 * A server that writes these bytes as soon as a request begins; then it reads on to the end, or resets the connection.
 * `body` resolves with the first body that was read.
 */
export const openEarly = (
  bytes: string,
  andThen: "read" | "reset",
): Effect.Effect<{ readonly url: string; readonly body: Promise<string> }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<net.Socket>()
    const { promise, resolve } = signal<string>()
    const server = net.createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => sockets.delete(socket))
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
    const port = yield* listen(server, () => sockets.forEach((socket) => socket.destroy()))
    return { url: `http://127.0.0.1:${port}`, body: promise }
  })
