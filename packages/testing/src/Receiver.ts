/** An HTTP server that keeps the requests it gets and answers as the test says. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import { cert, key } from "./certificate.ts"
import { Conditions } from "./Conditions.ts"

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers a request; `index` counts requests from 0. */
export type Handler = (request: Received, response: http.ServerResponse, index: number) => void

/** Answers 200. */
export const ok: Handler = (_, response) => void response.end("ok")

/** Answers with these statuses in turn, then always with the last of them. */
export const statuses =
  (...all: ReadonlyArray<number | readonly [number, Record<string, string>, string?]>): Handler =>
  (_, response, index) => {
    const next = all[Math.min(index, all.length - 1)]!
    const [status, headers, body] = typeof next === "number" ? [next, {}, ""] as const : next
    response.writeHead(status, headers).end(body ?? "")
  }

/** A receiver on this machine. */
export class Receiver {
  readonly requests: Array<Received> = []
  answer: Handler
  readonly #tls: boolean
  readonly #server: http.Server
  readonly #conditions = new Conditions()
  #port = 0
  #connections = 0

  constructor(answer: Handler = ok, tls = false) {
    this.answer = answer
    this.#tls = tls
    const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => this.#take(request, response)
    this.#server = tls ? https.createServer({ cert, key }, handle) : http.createServer(handle)
    this.#server.on("connection", () => this.#connections++)
  }

  get url(): string {
    return `${this.#tls ? "https" : "http"}://127.0.0.1:${this.#port}`
  }

  /** Connections accepted so far. */
  readonly connections = (): number => this.#connections

  /** Listens: the first time on a free port, later on the same one. */
  up(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject)
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (this.#server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  /** Refuses connections and breaks the open ones. */
  down(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /** Resolves when so many requests have come. */
  readonly came = (count: number): Promise<void> => this.until(() => this.requests.length >= count)

  /** Resolves when the condition holds; evaluated at each request, and at each {@link Receiver.changed}. */
  until(condition: () => boolean): Promise<void> {
    return this.#conditions.until(condition)
  }

  /** Evaluates the conditions of {@link Receiver.until} again. */
  changed(): void {
    this.#conditions.changed()
  }

  #take(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    // A sender that is killed leaves half a request: it does not count.
    request.on("error", () => {})
    request.on("end", () => {
      const received: Received = {
        method: request.method!,
        url: request.url!,
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString("utf8"),
      }
      this.requests.push(received)
      this.answer(received, response, this.requests.length - 1)
      this.changed()
    })
  }
}

/** A receiver that is up for as long as the scope is open. */
export const openReceiver = (answer: Handler = ok, tls = false): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const receiver = new Receiver(answer, tls)
      await receiver.up()
      return receiver
    }),
    (receiver) => Effect.promise(() => receiver.down()),
  )
