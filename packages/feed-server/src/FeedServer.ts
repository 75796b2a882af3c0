/** The server: HTTP and WebSocket on one port. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { ConnectionGate, tooManyText } from "./admission/ConnectionGate.ts"
import { PageGuard } from "./admission/foreignPage.ts"
import { Clients } from "./connection/Clients.ts"
import { Listener, type ListenerHandlers } from "./connection/Listener.ts"
import { type ClientHost, ServerClient } from "./connection/ServerClient.ts"
import type { FeedServerOptions } from "./FeedServerOptions.ts"
import type { ServerHooks } from "./hooks.ts"
import { type BatchItem, MessageBatch } from "./messages/MessageBatch.ts"
import { readSubscribe, Subscription } from "./messages/Subscription.ts"
import { refuseUpgrade, requestTarget, respond, restAnswer } from "./rest/http.ts"
import type { ConnectionTarget, DisconnectHow, ServedFeed } from "./ServedFeed.ts"
import { Counters, type ServerStats } from "./ServerStats.ts"

const pingText = JSON.stringify({ action: "ping" })

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
  readonly #pages: PageGuard
  readonly #clients = new Clients()
  readonly #counters = new Counters()
  readonly #listener = new Listener({
    request: (request, response) => this.#request(request, response),
    upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
  })
  // This server sends the pongs, so that a muted connection can be without them.
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 1024 * 1024 })
  #pings: NodeJS.Timeout | undefined
  #stopped = false
  #dialCount = 0

  /** Throws `RangeError` if an option has a value that is not allowed. */
  constructor(options: FeedServerOptions, feed: ServedFeed, hooks: ServerHooks = {}) {
    const { messagesPerFrame } = options
    if (messagesPerFrame !== undefined && !(Number.isInteger(messagesPerFrame) && messagesPerFrame >= 1)) {
      throw new RangeError(
        `Cannot use messagesPerFrame ${messagesPerFrame}: expected a whole number from 1. Leave it out for 50`,
      )
    }
    this.options = options
    this.#feed = feed
    this.#hooks = hooks
    this.#gate = new ConnectionGate(options)
    const { allowHosts: allowed = [], howToAllow, onRefused } = options
    this.#pages = new PageGuard({ listening: this.address, allowed, howToAllow }, onRefused)
    const { frames, binary } = options
    this.#host = {
      frames,
      binary,
      messagesPerFrame,
      mayCoalesce: options.slowClient === "coalesce",
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
    await this.#listener.open(this.address, this.options.port ?? 0)
    this.#startPings()
  }

  /**
   * Serves at a listener of the caller's, in place of {@link FeedServer.open}: the caller hands it the requests and upgrades
   * whose path begins with `/api`.
   */
  attach(): ListenerHandlers {
    this.#startPings()
    return {
      request: (request, response) => this.#request(request, response),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    }
  }

  #startPings(): void {
    const { pingMillis = 15_000 } = this.options
    if (pingMillis <= 0) return
    this.#pings = setInterval(() => {
      if (this.options.slowClient === "coalesce") this.#cutStuck()
      this.ping({})
    }, pingMillis)
  }

  /** Cuts the clients that have taken nothing since the last ping, though something waits for them. */
  #cutStuck(): void {
    for (const client of this.clients) if (client.isStuck()) this.#cut(client)
  }

  #cut(client: ServerClient): void {
    this.#counters.overflowed++
    client.terminate()
  }

  /** Cuts all connections and frees the port. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#pings)
    for (const client of this.clients) client.terminate()
    await this.#listener.close()
    this.#sockets.close()
  }

  /** The address that it listens on. */
  get address(): string {
    return this.options.host ?? "127.0.0.1"
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.port
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
    return this.#clients.all()
  }

  /** One connection, if it is open. */
  client(id: number): ServerClient | undefined {
    return this.#clients.get(id)
  }

  /** The clients that the stream goes to. */
  live(): ReadonlyArray<ServerClient> {
    return this.#clients.live()
  }

  /** The open connections that a call is for. */
  targets(target: ConnectionTarget): ReadonlyArray<ServerClient> {
    return this.#clients.targets(target)
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
      const { slowClient = "wait" } = this.options
      if (slowClient !== "wait" && client.backlogBytes > this.#host.maxBacklogBytes) this.#cut(client)
    }
    this.#clients.changed()
  }

  /** Sends frames as they are, whatever the filters; `messages`: how many messages they hold. */
  push(frames: ReadonlyArray<string | Uint8Array>, messages: number, target: ConnectionTarget): void {
    for (const client of this.targets(target)) {
      this.#counters.messagesSent += messages
      for (const frame of frames) client.frame("pushed", frame)
    }
    this.#clients.changed()
  }

  /** Sends a ping of the feed. */
  ping(target: ConnectionTarget): void {
    for (const client of this.targets(target)) client.frame("ping", pingText)
    this.#clients.changed()
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
    return (this.options.slowClient ?? "wait") === "wait" && this.#clients.hasBacklogOver(this.#host.maxBacklogBytes)
  }

  /** Resolves when the condition holds; evaluated again whenever a connection or a count changes. */
  until(condition: () => boolean): Promise<void> {
    return this.#clients.until(condition)
  }

  /** Evaluates the conditions of {@link FeedServer.until} again, after a change that this server does not see. */
  changed(): void {
    this.#clients.changed()
  }

  #flushed(): void {
    this.#feed.flushed?.()
    this.#clients.changed()
  }

  // Requests and dials

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = requestTarget(request)
    let answer = this.#pages.refusal(request) ?? this.#hooks.request?.({ path, query })
    if (request.method !== "GET") answer ??= { status: 405, headers: { Allow: "GET" } }
    answer ??= this.#gate.refusal(request.socket.remoteAddress ?? "", query.get("key") ?? "")
    answer ??= path === "/api"
      ? { status: 426, body: "This is a WebSocket endpoint", headers: { Upgrade: "websocket" } }
      : restAnswer(path, query, this.#feed.catalog)
    answer ??= { status: 404 }
    this.#counters.request(path, typeof answer === "object" ? answer.status : 0)
    if (answer === "reset") request.socket.destroy()
    else if (answer !== "hang") respond(response, answer)
    this.#clients.changed()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = requestTarget(request)
    const remoteAddress = request.socket.remoteAddress ?? ""
    const key = query.get("key") ?? ""
    let answer = this.#pages.refusal(request) ??
      this.#hooks.dial?.({ number: ++this.#dialCount, remoteAddress, open: this.#clients.size })
    if (path !== "/api") answer ??= { status: 404 }
    answer ??= this.#gate.refusal(remoteAddress, key)
    const crowd = this.#gate.crowd(this.#clients.countOf(key))
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
    this.#clients.changed()
  }

  // A connection's life

  #accept(key: string, socket: WebSocket, tcp: Socket): void {
    const client = new ServerClient(++this.#counters.accepted, key, socket, tcp, this.#host)
    this.#clients.add(client)
    socket.on("message", (data) => this.#received(client, String(data)))
    socket.on("ping", (data) => client.pong(data))
    socket.on("error", () => socket.terminate())
    socket.on("close", () => {
      this.#clients.delete(client)
      client.live = false
      this.#feed.closed?.(client)
      this.#hooks.close?.(client)
      this.#flushed()
    })
    const { plan } = this.#gate
    if (this.#hooks.open?.(client) !== "no_ack") {
      client.frame("ack", JSON.stringify({ action: "socket_connected", ...(plan === null ? {} : { plan }) }))
    }
    this.#clients.changed()
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
    this.#clients.changed()
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

const errorText = (message: string): string => JSON.stringify({ action: "error", message })
