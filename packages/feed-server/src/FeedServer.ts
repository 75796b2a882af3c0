/** The server: HTTP and WebSocket on one port. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { ConnectionGate, tooManyText } from "./admission/ConnectionGate.ts"
import { foreignPage } from "./admission/foreignPage.ts"
import { type ClientHost, ServerClient } from "./connection/ServerClient.ts"
import type { FeedServerOptions } from "./FeedServerOptions.ts"
import type { RestAnswer, ServerHooks } from "./hooks.ts"
import { type BatchItem, MessageBatch } from "./messages/MessageBatch.ts"
import { readSubscribe, Subscription } from "./messages/Subscription.ts"
import type { GameListing } from "./rest/GameListing.ts"
import { refuseUpgrade, respond, restAnswer } from "./rest/http.ts"
import { Counters, type ServerStats } from "./ServerStats.ts"
import { Waiters } from "./Waiters.ts"

const pingText = JSON.stringify({ action: "ping" })
/** Reasons of refusals that are reported: a page can use any number of names. */
const mostReasons = 20

/** What a server serves: a generated world, a recording, or a live book. */
export interface ServedFeed {
  /** The names that the REST endpoints list, and that filters are checked against. */
  readonly catalog: () => GameListing
  /**
   * A client subscribed, possibly again with other filters. `client.begin(subscription, book)` sends it the book and
   * lets the stream of {@link FeedServer.send} reach it.
   */
  readonly subscribed: (client: ServerClient, subscription: Subscription) => void
  /** A client's connection ended. */
  readonly closed?: ((client: ServerClient) => void) | undefined
  /** A frame left for the kernel, or a connection ended: a client may have room again. */
  readonly flushed?: (() => void) | undefined
}

/** Which connection a call is for; left out, all open ones. */
export interface ConnectionTarget {
  readonly connection?: number
}

/** How a connection ends. `abort`: the TCP connection ends without a close frame. */
export type DisconnectHow = "abort" | { readonly code: number; readonly reason?: string }

/** The server cannot listen on its address. */
export class ListenError extends Error {
  readonly _tag = "ListenError"

  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = "ListenError"
  }
}

/**
 * A server that speaks the vendor's protocol. It accepts sockets, checks keys and limits, acknowledges, reads filters,
 * sends pings, answers REST requests and bounds what waits for a slow client. What it serves is the caller's:
 * {@link ServedFeed}.
 */
export class FeedServer {
  readonly options: FeedServerOptions
  readonly #feed: ServedFeed
  readonly #gate: ConnectionGate
  readonly #host: ClientHost
  readonly #hooks: ServerHooks
  readonly #waiters = new Waiters()
  readonly #counters = new Counters()
  readonly #http = createServer()
  // This server sends the pongs, so that a muted connection can be without them.
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 1024 * 1024 })
  /** Every TCP connection, those of unanswered dials too: HTTP itself forgets a socket that asked for an upgrade. */
  readonly #tcp = new Set<Socket>()
  readonly #clients = new Map<number, ServerClient>()
  /** Why pages were refused, each once. */
  readonly #refused = new Set<string>()
  #pings: NodeJS.Timeout | undefined
  #stopped = false
  #dialCount = 0

  /** Throws `RangeError` if an option has a value that is not allowed. */
  constructor(options: FeedServerOptions, feed: ServedFeed, hooks: ServerHooks = {}) {
    const { messagesPerFrame } = options
    if (messagesPerFrame !== undefined && !(Number.isInteger(messagesPerFrame) && messagesPerFrame >= 1)) {
      throw new RangeError(`messagesPerFrame must be a whole number from 1: current value is ${messagesPerFrame}`)
    }
    this.options = options
    this.#feed = feed
    this.#hooks = hooks
    this.#gate = new ConnectionGate(options)
    const { frames, binary } = options
    this.#host = {
      frames,
      binary,
      messagesPerFrame,
      hooks,
      maxBacklogBytes: options.maxBacklogBytes ?? 16 * 1024 * 1024,
      now: options.now ?? Date.now,
      sent: (kind) => {
        this.#counters.framesSent++
        if (kind === "ping") this.#counters.pingsSent++
      },
      countMessages: (messages) => {
        this.#counters.messagesSent += messages
      },
      flushed: () => this.#flushed(),
      overflowed: () => {
        this.#counters.overflowed++
      },
    }
  }

  /** Starts to listen. Rejects with {@link ListenError}. */
  async open(): Promise<void> {
    const { pingMillis = 15_000 } = this.options
    this.#http.on("connection", (socket) => {
      this.#tcp.add(socket)
      socket.on("close", () => this.#tcp.delete(socket))
    })
    this.#http.on("request", (request, response) => this.#request(request, response))
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head))
    await this.#listen()
    if (pingMillis > 0) this.#pings = setInterval(() => this.ping({}), pingMillis)
  }

  /** Cuts all connections and frees the port. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#pings)
    for (const client of this.#clients.values()) client.terminate()
    for (const socket of this.#tcp) socket.destroy()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
    this.#sockets.close()
  }

  /** The address that it listens on. */
  get address(): string {
    return this.options.host ?? "127.0.0.1"
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** A key that is accepted. */
  get key(): string {
    return this.#gate.key
  }

  /** What happened so far. */
  stats(): ServerStats {
    return this.#counters.snapshot(this.#clients.size, this.live().length)
  }

  // Clients

  /** The open connections, oldest first. */
  get clients(): ReadonlyArray<ServerClient> {
    return [...this.#clients.values()]
  }

  /** One connection, if it is open. */
  client(id: number): ServerClient | undefined {
    return this.#clients.get(id)
  }

  /** The clients that the stream goes to. */
  live(): ReadonlyArray<ServerClient> {
    return this.clients.filter((client) => client.live && client.isOpen)
  }

  /** The open connections that a call is for. */
  targets({ connection }: ConnectionTarget): ReadonlyArray<ServerClient> {
    return this.clients.filter((client) => client.isOpen && (connection === undefined || connection === client.id))
  }

  // The stream

  /**
   * Sends each subscribed client its part of these messages. A caller that keeps a book applies them to it first: a
   * client that subscribes later begins with the book.
   */
  send(items: ReadonlyArray<BatchItem>): void {
    const batch = new MessageBatch(items, this.options)
    for (const client of this.live()) {
      client.receive(batch)
      if (this.options.slowClient === "close" && client.backlogBytes > this.#host.maxBacklogBytes) {
        this.#counters.overflowed++
        client.terminate()
      }
    }
    this.#waiters.check()
  }

  /** Sends frames as they are, whatever the filters; `messages`: how many messages they hold. */
  push(frames: ReadonlyArray<string | Uint8Array>, messages: number, target: ConnectionTarget): void {
    for (const client of this.targets(target)) {
      this.#counters.messagesSent += messages
      for (const frame of frames) client.frame("pushed", frame)
    }
    this.#waiters.check()
  }

  /** Sends a ping of the feed. */
  ping(target: ConnectionTarget): void {
    for (const client of this.targets(target)) client.frame("ping", pingText)
    this.#waiters.check()
  }

  /** Ends connections. */
  disconnect(how: DisconnectHow, target: ConnectionTarget): void {
    for (const client of this.targets(target)) {
      if (how === "abort") client.terminate()
      else client.close(how.code, how.reason)
    }
  }

  /**
   * Whether the caller must wait for a client before it sends more. Clients that a hook holds back do not count: their
   * backlog is bounded.
   */
  get isCongested(): boolean {
    if (this.options.slowClient === "close") return false
    for (const client of this.#clients.values()) {
      if (!client.isHindered && client.backlogBytes > this.#host.maxBacklogBytes) return true
    }
    return false
  }

  /** Resolves when the condition holds; evaluated again whenever a connection or a count changes. */
  until(condition: () => boolean): Promise<void> {
    return this.#waiters.until(condition)
  }

  /** Evaluates the conditions of {@link FeedServer.until} again, after a change that this server does not see. */
  changed(): void {
    this.#waiters.check()
  }

  #flushed(): void {
    this.#feed.flushed?.()
    this.#waiters.check()
  }

  // Requests and dials

  #listen(): Promise<void> {
    const { address: host, options: { port = 0 } } = this
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

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = targetOf(request)
    let answer = this.#refusal(request) ?? this.#hooks.request?.({ path, query })
    if (request.method !== "GET") answer ??= { status: 405, headers: { Allow: "GET" } }
    answer ??= this.#gate.refusal(request.socket.remoteAddress ?? "", query.get("key") ?? "")
    answer ??= path === "/api"
      ? { status: 426, body: "This is a WebSocket endpoint", headers: { Upgrade: "websocket" } }
      : restAnswer(path, query, this.#feed.catalog)
    answer ??= { status: 404 }
    this.#counters.request(path, typeof answer === "object" ? answer.status : 0)
    if (answer === "reset") request.socket.destroy()
    else if (answer !== "hang") respond(response, answer)
    this.#waiters.check()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client may go away while its dial is being refused.
    socket.on("error", () => socket.destroy())
    const { path, query } = targetOf(request)
    const remoteAddress = request.socket.remoteAddress ?? ""
    const key = query.get("key") ?? ""
    let answer = this.#refusal(request) ??
      this.#hooks.dial?.({ number: ++this.#dialCount, remoteAddress, open: this.#clients.size })
    if (path !== "/api") answer ??= { status: 404 }
    answer ??= this.#gate.refusal(remoteAddress, key)
    const crowd = this.#gate.crowd([...this.#clients.values()].filter((client) => client.key === key).length)
    if (crowd === "status") answer ??= { status: 503, body: tooManyText }
    this.#counters.dial(answer === undefined ? 101 : typeof answer === "object" ? answer.status : 0)
    if (answer === "reset") socket.destroy()
    else if (typeof answer === "object") refuseUpgrade(socket, answer)
    else if (answer === undefined) {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (crowd === "fine") return this.#accept(key, webSocket, request.socket)
        webSocket.on("error", () => webSocket.terminate())
        webSocket.send(tooManyText)
        webSocket.close(1008)
      })
    }
    this.#waiters.check()
  }

  /** Web pages of other sites are refused. */
  #refusal({ headers }: IncomingMessage): RestAnswer | undefined {
    const { allowHosts = [], onRefused } = this.options
    const source = { host: headers.host, origin: headers.origin }
    const why = foreignPage(source, { listening: this.address, allowed: allowHosts })
    if (why === undefined) return undefined
    if (!this.#refused.has(why) && this.#refused.size < mostReasons) {
      this.#refused.add(why)
      onRefused?.(why)
    }
    return { status: 403, body: `Refused: ${why}` }
  }

  // A connection's life

  #accept(key: string, socket: WebSocket, tcp: Socket): void {
    const client = new ServerClient(++this.#counters.accepted, key, socket, tcp, this.#host)
    this.#clients.set(client.id, client)
    socket.on("message", (data) => this.#received(client, String(data)))
    socket.on("ping", (data) => client.pong(data))
    socket.on("error", () => socket.terminate())
    socket.on("close", () => {
      this.#clients.delete(client.id)
      client.live = false
      this.#feed.closed?.(client)
      this.#hooks.close?.(client)
      this.#flushed()
    })
    const { plan } = this.#gate
    if (this.#hooks.open?.(client) !== "no_ack") {
      client.frame("ack", JSON.stringify({ action: "socket_connected", ...(plan === null ? {} : { plan }) }))
    }
    this.#waiters.check()
  }

  #received(client: ServerClient, text: string): void {
    if (this.#hooks.receive?.(client, text) === "ignore") return
    const filters = readSubscribe(text)
    if (filters === undefined) this.#counters.notUnderstood++
    else {
      this.#counters.subscribe(client.id, filters, text)
      if (this.#gate.covers(filters)) this.#subscribe(client, new Subscription(filters))
      else client.frame("reply", errorText("Your plan allows one sport and one market"))
    }
    this.#waiters.check()
  }

  #subscribe(client: ServerClient, subscription: Subscription): void {
    const { filters } = subscription
    const reply = (text: string): void => client.frame("reply", text)
    if (this.options.confirmSubscribe !== false) {
      reply(JSON.stringify({ action: "subscription_updated", message: "Subscription updated", filters }))
    }
    if (this.options.reportUnknownGames !== false && filters.games !== undefined) {
      const { games } = this.#feed.catalog()
      for (const game of filters.games) {
        // About one game, and not fatal: PROTOCOL, "A connection's life".
        if (!games.has(game)) reply(errorText(`Cannot subscribe to game ${game}. Code 1`))
      }
    }
    this.#feed.subscribed(client, subscription)
  }
}

const targetOf = (request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } => {
  const url = request.url ?? ""
  const mark = url.indexOf("?")
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark))
  return { path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path, query }
}

const errorText = (message: string): string => JSON.stringify({ action: "error", message })
