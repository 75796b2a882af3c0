/** One HTTP server for all that a process serves. */
import {
  Listener,
  type ListenerTls,
  PageGuard,
  refuseUpgrade,
  requestTarget,
  respond,
  type RestAnswer,
} from "@boltodds/feed-server"
import type { LatestStatus } from "@boltodds/pipeline"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { CutReason } from "../client/Client.ts"
import { eventsPort, webSocketPort } from "../client/ClientPort.ts"
import { type Encoding, lengthOf } from "../client/frames.ts"
import { type Limits, limitsOf, type ServeLimits } from "../limits.ts"
import { ClientMistake, filterOfMessage, filterOfQuery } from "../stream/Filter.ts"
import { RecordStream, type StreamRecords } from "../stream/RecordStream.ts"
import { openPages, StatusPages } from "../status/StatusPages.ts"
import { statusEmit } from "../status/statusStream.ts"
import { Access, refusalOfExposure } from "./Access.ts"
import { healthAnswer } from "./healthAnswer.ts"
import type { ServedStream } from "../status/healthPages.ts"

/** How a server is set up. */
export interface StreamServerOptions {
  /** The address to listen on. @default "127.0.0.1" */
  readonly host?: string | undefined
  /** 0: any free one. @default 7880 */
  readonly port?: number | undefined
  /** What clients prove themselves with. Needed for an address that other machines can reach. @default none */
  readonly token?: string | undefined
  /** Speaks HTTPS and `wss` only. @default none */
  readonly tls?: ListenerTls | undefined
  /** Names that clients may use for this server, and origins of web pages that may connect, beside its own. @default [] */
  readonly allowHosts?: ReadonlyArray<string> | undefined
  /** Compresses what goes to WebSockets that ask for it: once for all of a filter. @default false */
  readonly compress?: boolean | undefined
  readonly limits?: ServeLimits | undefined
  /** The status of the process: for `/livez`, `/readyz`, `/feedz`, `/status`, `/metrics`, `/v1/tap` and `emit=status`. @default none */
  readonly status?: LatestStatus | undefined
  /** Called for each event. Must not throw. */
  readonly onEvent?: ((event: ServeEvent) => void) | undefined
}

/** What a server reports. */
export type ServeEvent =
  /** A web page was refused; once for each reason. */
  | { readonly _tag: "Refused"; readonly why: string }
  /** A client was cut off. */
  | { readonly _tag: "Cut"; readonly emit: string; readonly why: CutReason }

/** A part of the addresses of a server that something else answers, such as the vendor's protocol below `/api`. */
export interface Mounted {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** What a client may ask besides its filter. */
const parameters = ["emit", "token"]
const sweepMillis = 1_000
const pingMillis = 15_000

/** Answers `/v1/stream`, `/v1/book` and `/v1/health` for any number of streams, the pages of the status, and what is mounted. */
export class StreamServer {
  readonly options: StreamServerOptions
  readonly #limits: Limits
  readonly #access: Access
  readonly #guard: PageGuard
  readonly #listener: Listener
  readonly #streams = new Map<string, RecordStream<never>>()
  readonly #mounted = new Map<string, Mounted>()
  readonly #pages: StatusPages | undefined
  readonly #plain = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
  readonly #deflating = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: { serverNoContextTakeover: true },
  })
  #sweeping: NodeJS.Timeout | undefined
  #isStopped = false

  /** Throws `RangeError` for an address that needs a token, and the error of a certificate that cannot be read. */
  constructor(options: StreamServerOptions = {}) {
    const refusal = refusalOfExposure(options)
    if (refusal !== undefined) throw new RangeError(refusal)
    this.options = options
    this.#limits = limitsOf(options.limits)
    this.#access = new Access(options.token)
    const { status } = options
    this.#pages = status === undefined ? undefined : new StatusPages(status, this.#limits, () => this.#served)
    const names = {
      listening: this.host,
      allowed: options.allowHosts ?? [],
      howToAllow: (name: string) => `allow ${name}`,
    }
    this.#guard = new PageGuard(names, (why) => options.onEvent?.({ _tag: "Refused", why }))
    this.#listener = new Listener({
      request: (request, response) => this.#request(request, response),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    }, options.tls)
  }

  /** Starts to listen. Rejects with `ListenError`. */
  async open(): Promise<void> {
    await this.#listener.open(this.host, this.options.port ?? 7880)
    let pingAt = performance.now() + pingMillis
    this.#sweeping = setInterval(() => {
      const now = performance.now()
      const pings = now >= pingAt
      if (pings) pingAt = now + pingMillis
      for (const stream of this.#streams.values()) stream.sweep(now, pings)
      this.#pages?.stream.sweep(now, pings)
    }, sweepMillis)
  }

  /** Ends all connections and frees the port. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    clearInterval(this.#sweeping)
    for (const stream of this.#streams.values()) stream.close()
    this.#pages?.close()
    // Close frames, and what is unsent to clients that read, leave first.
    await new Promise((resolve) => setTimeout(resolve, goodbyeMillis))
    await this.#listener.close()
    this.#plain.close()
    this.#deflating.close()
  }

  /** The address that it listens on. */
  get host(): string {
    return this.options.host ?? "127.0.0.1"
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.port
  }

  /** Where it is: `http://127.0.0.1:7880`. */
  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host
    return `${this.options.tls === undefined ? "http" : "https"}://${host}:${this.port}`
  }

  /** The streams, by their emits. */
  get streams(): ReadonlyMap<string, RecordStream<never>> {
    return this.#streams
  }

  /** Adds a stream. Throws if there is one of this emit. */
  add<A>(records: StreamRecords<A>): RecordStream<A> {
    const { emit } = records
    if (this.#streams.has(emit)) throw new Error(`Cannot serve ${emit} twice at ${this.url}: use another address`)
    const stream = new RecordStream<A>(
      records,
      this.#limits,
      (why) => this.options.onEvent?.({ _tag: "Cut", emit, why }),
    )
    // The server never looks into records.
    this.#streams.set(emit, stream as unknown as RecordStream<never>)
    return stream
  }

  /** Removes a stream and ends its connections. */
  remove(emit: string): void {
    this.#streams.get(emit)?.close()
    this.#streams.delete(emit)
  }

  /** Hands all addresses below a path (`/api`) to something else; it checks keys itself. Returns what ends that. */
  mount(path: string, mounted: Mounted): () => void {
    if (this.#mounted.has(path)) throw new Error(`Cannot serve ${path} twice at ${this.url}: use another address`)
    this.#mounted.set(path, mounted)
    return () => void this.#mounted.delete(path)
  }

  // Requests

  #mountedAt(path: string): Mounted | undefined {
    for (const [base, mounted] of this.#mounted) if (path === base || path.startsWith(`${base}/`)) return mounted
    return undefined
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = requestTarget(request)
    const mounted = this.#mountedAt(path)
    if (mounted !== undefined) return mounted.request(request, response)
    const refused = this.#guard.refusal(request) ?? this.#refusal(request, path, query)
    const answer = refused ?? attempt(() => this.#answer(path, query, request, response))
    if (answer === undefined) return
    respond(response, { ...answer, headers: { ...originHeaders(request), ...answer.headers } })
  }

  #refusal({ method, headers }: IncomingMessage, path: string, query: URLSearchParams): RestAnswer | undefined {
    if (method !== "GET") return { status: 405, headers: { Allow: "GET" } }
    const isOpen = path === "/v1/health" || this.#pages !== undefined && openPages.has(path)
    if (isOpen || this.#access.isGranted(headers.authorization, query.get("token"))) return undefined
    return { status: 401, body: unauthorized, headers: { "WWW-Authenticate": "Bearer" } }
  }

  /** Undefined if the answer is on its way. */
  #answer(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): RestAnswer | undefined {
    switch (path) {
      case "/v1/health":
        return healthAnswer(this.#streams)
      case "/v1/book":
        return this.#book(query, request, response)
      case "/v1/stream":
        return this.#events(query, request, response)
      default:
        return this.#page(path, query, request, response)
    }
  }

  /** What is about the process. Undefined if the answer is on its way. */
  #page(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): RestAnswer | undefined {
    const pages = this.#pages
    if (pages !== undefined && path === "/v1/tap") return void pages.tap(query, request, response)
    return pages?.answer(path) ?? { status: 404, body: `Unknown path. Use ${pages === undefined ? paths : allPaths}` }
  }

  /** The streams, as `/readyz` looks at them. */
  get #served(): ReadonlyArray<ServedStream> {
    return Array.from(this.#streams, ([emit, { health: { status } }]) => ({
      emit,
      hasStarted: status !== "starting",
      hasStopped: status === "stopped",
    }))
  }

  #book(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): undefined {
    const stream = this.#streamOf(query)
    const records = stream.snapshot(filterOfQuery(query, parameters))
    const pieces = records.map(({ text }) => Buffer.from(`${text}\n`))
    response.writeHead(200, {
      ...originHeaders(request),
      "Content-Type": "application/x-ndjson",
      "Content-Length": String(lengthOf(pieces)),
      "Cache-Control": "no-store",
    })
    response.end(Buffer.concat(pieces))
  }

  #events(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): RestAnswer | undefined {
    const stream = this.#streamOf(query)
    this.#requireRoom()
    // A client that sends its next request before the answer to the last.
    if (response.socket === null) return { status: 400, body: "Cannot stream to a connection that pipelines requests" }
    const filter = filterOfQuery(query, parameters)
    const header = request.headers["last-event-id"]
    // Only these clients know after which records they can go on: merged ones are out of order, and have no id.
    const after = typeof header === "string" && header !== "" ? header : undefined
    stream.join(() => eventsPort(response, originHeaders(request)), filter, after)
    return undefined
  }

  #streamOf(query: URLSearchParams): RecordStream<never> {
    const asked = query.get("emit")
    const [first] = this.#streams.keys()
    const emit = asked ?? (this.#streams.has("changes") ? "changes" : first)
    const ofStatus = this.#pages?.stream as unknown as RecordStream<never> | undefined
    const stream = emit === undefined
      ? ofStatus
      : this.#streams.get(emit) ?? (emit === statusEmit ? ofStatus : undefined)
    if (stream !== undefined) return stream
    const own = this.#pages === undefined ? [] : [statusEmit]
    const names = [...this.#streams.keys(), ...own].join(", ")
    throw new ClientMistake(
      `Cannot serve the emit ${JSON.stringify(emit ?? "")}: this server has ${names || "none"}`,
      404,
    )
  }

  #requireRoom(): void {
    let clients = this.#pages?.stream.counts.clients ?? 0
    for (const { counts } of this.#streams.values()) clients += counts.clients
    if (clients < this.#limits.clients) return
    throw new ClientMistake(`Cannot take another client: there are ${clients}`, 503)
  }

  // WebSockets

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = requestTarget(request)
    const mounted = this.#mountedAt(path)
    if (mounted !== undefined) return mounted.upgrade(request, socket, head)
    const answer = this.#guard.refusal(request) ?? this.#refusal(request, path, query) ??
      (path === "/v1/stream" ? undefined : { status: 404, body: "Unknown path. WebSockets are at /v1/stream" }) ??
      attempt((): undefined => {
        const stream = this.#streamOf(query)
        this.#requireRoom()
        const filter = filterOfQuery(query, [...parameters, "after"])
        // Filters are checked before the upgrade: afterwards only a close code could say what is wrong.
        stream.requireFilter(filter)
        // Clients that name a place, or the empty text, get theirs.
        const after = query.get("after")
        const isDeflated = this.#canDeflate(request)
        const encoding = encodingOf(isDeflated, after !== null)
        const sockets = isDeflated ? this.#deflating : this.#plain
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          this.#accept(webSocket, () => {
            const port = webSocketPort(webSocket, socket, encoding)
            const client = stream.join(() => port, filter, after === null || after === "" ? undefined : after)
            let changedAt = -Infinity
            webSocket.on("message", (data) => {
              const now = performance.now()
              const isEarly = now - changedAt < changeMillis
              if (!isEarly) changedAt = now
              const answer = isEarly
                ? { status: 429, body: tooOften }
                : attempt((): undefined => void stream.change(client, filterOfMessage(String(data))))
              if (answer !== undefined) webSocket.send(JSON.stringify({ error: answer.body }), { compress: false })
            })
          })
        })
      })
    if (answer !== undefined) refuseUpgrade(socket, answer)
  }

  #accept(webSocket: WebSocket, join: () => void): void {
    webSocket.on("error", () => webSocket.terminate())
    const answer = attempt((): undefined => void join())
    if (answer !== undefined) webSocket.close(1013, answer.body?.slice(0, 100))
  }

  /** One stream of compressed bytes is for all: a client that wants a smaller window gets plain ones. */
  #canDeflate({ headers }: IncomingMessage): boolean {
    const offered = headers["sec-websocket-extensions"] ?? ""
    return this.options.compress === true && offered.includes("permessage-deflate") &&
      !offered.includes("server_max_window_bits")
  }
}

const paths = "/v1/stream, /v1/book or /v1/health"
const allPaths = "/v1/stream, /v1/book, /v1/health, /v1/tap, /livez, /readyz, /feedz, /status or /metrics"
const encodingOf = (isDeflated: boolean, isPlaced: boolean): Encoding =>
  isPlaced ? isDeflated ? "placed-deflated" : "placed" : isDeflated ? "deflated" : "websocket"

/** How often a client may change its filter: each change costs a snapshot. */
const changeMillis = 100

const tooOften = "Cannot change the filter so soon: wait 100 ms after the last message"

/** How long the ends of connections may take to leave. */
const goodbyeMillis = 50

const unauthorized = "Cannot let you in without the token. Send `Authorization: Bearer TOKEN`, or add ?token=TOKEN"

/** What a page that may connect needs to read the answer. */
const originHeaders = ({ headers: { origin } }: IncomingMessage): Record<string, string> =>
  origin === undefined ? {} : { "Access-Control-Allow-Origin": origin, Vary: "Origin" }

/** The answer to a mistake of the client. */
const attempt = (action: () => RestAnswer | undefined): RestAnswer | undefined => {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof ClientMistake) return { status: cause.status, body: cause.message }
    throw cause
  }
}
