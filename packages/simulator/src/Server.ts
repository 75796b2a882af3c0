/** The feed server: HTTP and WebSocket on one port. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { type BatchItem, MessageBatch } from "./MessageBatch.ts"
import { Behaviors } from "./Behaviors.ts"
import { GameListing } from "./GameListing.ts"
import { type ClientHost, ServerClient } from "./ServerClient.ts"
import { ConnectionGate } from "./ConnectionGate.ts"
import { FeedBook } from "./FeedBook.ts"
import { foreignPage } from "./foreignPage.ts"
import { Generator } from "./Generator.ts"
import { refuseUpgrade, respond, restAnswer } from "./Http.ts"
import type { RestAnswer } from "./faults/Behavior.ts"
import type { SimulatorOptions } from "./Options.ts"
import { TraceReplay } from "./TraceReplay.ts"
import type { DisconnectHow } from "./Restart.ts"
import type { ConnectionTarget, SimulatorStats } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { Stats } from "./Stats.ts"
import { readSubscribe, Subscription } from "./Subscription.ts"
import { Waiters } from "./Waiters.ts"
import { idleSports } from "./world/Leagues.ts"
import type { OfferEvent } from "./world/Offer.ts"
import { World, type WorldOptions } from "./world/World.ts"

const pingText = JSON.stringify({ action: "ping" })
/** Reasons of refusals that are told: a page can think of any number of names. */
const mostReasons = 20
/** As one client reports it: PROTOCOL, "Endpoints". */
const tooManyText = "too many concurrent connections"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The server behind a `Simulator`. */
export class Server {
  readonly options: SimulatorOptions
  readonly door: ConnectionGate
  readonly host: Mutable<ClientHost>
  readonly waiters = new Waiters()
  readonly stats = new Stats()
  readonly behaviors = new Behaviors()
  /** What is to be ended with the server. */
  readonly endings = new Set<() => void>()
  /** What clients of the world hold; a replay has a book of its own. */
  readonly ownBook = new FeedBook()
  world: World | undefined
  generator: Generator | undefined
  replay: TraceReplay | undefined
  /** Dials and requests are reset. */
  away = false
  readonly #http = createServer()
  // Pongs are ours to send, so that a muted connection can be without them.
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 1024 * 1024 })
  /** Every TCP connection, those of unanswered dials too: HTTP itself forgets a socket that asked for an upgrade. */
  readonly #tcp = new Set<Socket>()
  readonly #clients = new Map<number, ServerClient>()
  #pings: NodeJS.Timeout | undefined
  /** Why pages were refused, each once. */
  readonly #refused = new Set<string>()
  #stopped = false
  #dialCount = 0

  constructor(options: SimulatorOptions) {
    const { frames, binary, messagesPerFrame, maxBacklogBytes } = options
    this.options = options
    this.door = new ConnectionGate(options)
    this.host = {
      ...(frames === undefined ? {} : { frames }),
      ...(binary === undefined ? {} : { binary }),
      ...(messagesPerFrame === undefined ? {} : { messagesPerFrame }),
      maxBacklogBytes: maxBacklogBytes ?? 16 * 1024 * 1024,
      shape: undefined,
      now: options.now ?? Date.now,
      sent: (kind) => {
        this.stats.framesSent++
        if (kind === "ping") this.stats.pingsSent++
      },
      told: (messages) => {
        this.stats.messagesSent += messages
      },
      flushed: () => this.#flushed(),
      overflowed: () => {
        this.stats.overflowed++
      },
    }
  }

  /** Fails with {@link SimulatorError}. */
  async open(): Promise<void> {
    const { replay, rate, pingMillis = 15_000 } = this.options
    if (replay === undefined) this.settle(this.makeWorld({}))
    else {
      this.replay = await TraceReplay.open(replay, {
        ...this.host,
        room: (clients) => this.waiters.until(() => clients().every((client) => client.isReady || !client.isOpen)),
        liveClients: () => this.live(),
        failed: (error) => this.#failed(error),
      })
    }
    this.#http.on("connection", (socket) => {
      this.#tcp.add(socket)
      socket.on("close", () => this.#tcp.delete(socket))
    })
    this.#http.on("request", (request, response) => this.#request(request, response))
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head))
    await this.#listen()
    if (pingMillis > 0) this.#pings = setInterval(() => this.ping({}), pingMillis)
    if (this.world !== undefined) {
      this.generator = new Generator({
        generate: (messages) => this.generate(messages),
        congested: () => this.#congested(),
      }, rate ?? 100)
      this.generator.start()
    }
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#pings)
    this.generator?.stop()
    this.replay?.stop()
    for (const end of this.endings) end()
    for (const client of this.#clients.values()) client.terminate()
    for (const socket of this.#tcp) socket.destroy()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
    this.#sockets.close()
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  get book(): FeedBook {
    return this.replay?.book ?? this.ownBook
  }

  /** A world of these options and those that the server was started with. Fails with {@link SimulatorError}. */
  makeWorld(options: WorldOptions): World {
    try {
      return new World({ now: this.host.now(), ...this.options.world, ...options })
    } catch (cause) {
      throw new SimulatorError("options", cause instanceof Error ? cause.message : String(cause), cause)
    }
  }

  /** From now on the odds are those of this world. */
  settle(world: World): void {
    this.world = world
    this.ownBook.clear()
    for (const message of world.initial(this.host.now())) this.ownBook.apply(message)
  }

  /** Where the random numbers of faults begin. */
  get faultSeed(): number {
    return this.options.faultSeed ?? this.options.world?.seed ?? 1
  }

  #listen(): Promise<void> {
    const { host = "127.0.0.1", port = 0 } = this.options
    return new Promise((resolve, reject) => {
      this.#http.once("error", (cause: NodeJS.ErrnoException) => {
        const why = cause.code === "EADDRINUSE"
          ? "the port is in use; choose another one, or 0 for any that is free"
          : cause.message
        reject(new SimulatorError("address", `Cannot listen on ${host}:${port}: ${why}`, cause))
      })
      this.#http.listen({ host, port }, () => resolve())
    })
  }

  // Requests and dials

  #request(request: IncomingMessage, response: ServerResponse): void {
    if (this.away) return void request.socket.destroy()
    const { path, query } = targetOf(request)
    let answer = this.#refusal(request) ?? this.behaviors.request({ path, query })
    if (request.method !== "GET") answer ??= { status: 405, headers: { Allow: "GET" } }
    answer ??= this.door.refusal(request.socket.remoteAddress ?? "", query.get("key") ?? "")
    answer ??= path === "/api"
      ? { status: 426, body: "This is a WebSocket endpoint", headers: { Upgrade: "websocket" } }
      : restAnswer(path, query, () => this.#catalog())
    answer ??= { status: 404 }
    this.stats.request(path, typeof answer === "object" ? answer.status : 0)
    if (answer === "reset") request.socket.destroy()
    else if (answer !== "hang") respond(response, answer)
    this.waiters.check()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away while it is being refused is no concern of ours.
    socket.on("error", () => socket.destroy())
    if (this.away) {
      this.stats.dial(0)
      socket.destroy()
      return this.waiters.check()
    }
    const { path, query } = targetOf(request)
    const remoteAddress = request.socket.remoteAddress ?? ""
    const key = query.get("key") ?? ""
    let answer = this.#refusal(request) ??
      this.behaviors.dial({ number: ++this.#dialCount, remoteAddress, open: this.#clients.size })
    if (path !== "/api") answer ??= { status: 404 }
    answer ??= this.door.refusal(remoteAddress, key)
    const crowd = this.door.crowd([...this.#clients.values()].filter((client) => client.key === key).length)
    if (crowd === "status") answer ??= { status: 503, body: tooManyText }
    this.stats.dial(answer === undefined ? 101 : typeof answer === "object" ? answer.status : 0)
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
    this.waiters.check()
  }

  /** Web pages of other sites are none of this server's clients. */
  #refusal({ headers }: IncomingMessage): RestAnswer | undefined {
    const { host: listening = "127.0.0.1", allowHosts = [], onRefused } = this.options
    const why = foreignPage({ host: headers.host, origin: headers.origin }, { listening, allowed: allowHosts })
    if (why === undefined) return undefined
    if (!this.#refused.has(why) && this.#refused.size < mostReasons) {
      this.#refused.add(why)
      onRefused?.(why)
    }
    return { status: 403, body: `Refused: ${why}` }
  }

  #catalog(): GameListing {
    if (this.replay !== undefined) return this.replay.catalog
    const world = this.world!
    return GameListing.of(this.ownBook, [...world.sports, ...idleSports], world.sportsbooks)
  }

  // A connection's life

  #accept(key: string, socket: WebSocket, tcp: Socket): void {
    const client = new ServerClient(++this.stats.accepted, key, socket, tcp, this.host)
    this.#clients.set(client.id, client)
    socket.on("message", (data) => this.#received(client, String(data)))
    socket.on("ping", (data) => client.pong(data))
    socket.on("error", () => socket.terminate())
    socket.on("close", () => {
      this.#clients.delete(client.id)
      client.live = false
      this.replay?.end(client)
      this.behaviors.close(client)
      this.#flushed()
    })
    const plan = this.door.toldPlan
    if (this.behaviors.open(client)) {
      client.frame("ack", JSON.stringify({ action: "socket_connected", ...(plan === null ? {} : { plan }) }))
    }
    this.waiters.check()
  }

  #received(client: ServerClient, text: string): void {
    if (!this.behaviors.receive(client, text)) return
    const filters = readSubscribe(text)
    if (filters === undefined) this.stats.notUnderstood++
    else {
      this.stats.subscribe(client.id, filters, text)
      if (this.door.covers(filters)) this.#subscribe(client, new Subscription(filters))
      else client.frame("reply", errorText("Your plan allows one sport and one market"))
    }
    this.waiters.check()
  }

  #subscribe(client: ServerClient, subscription: Subscription): void {
    const { filters } = subscription
    if (this.options.confirmSubscribe !== false) {
      const message = "Subscription updated"
      client.frame("reply", JSON.stringify({ action: "subscription_updated", message, filters }))
    }
    if (this.options.reportUnknownGames !== false && filters.games !== undefined) {
      const { games } = this.#catalog()
      for (const game of filters.games) {
        // About one game, and not fatal: PROTOCOL, "A connection's life".
        if (!games.has(game)) client.frame("reply", errorText(`Cannot subscribe to game ${game}. Code 1`))
      }
    }
    if (this.replay === undefined) client.begin(subscription, this.ownBook)
    else this.replay.begin(client, subscription)
  }

  // The stream

  /** Lets the world run for at least so many messages, unseen. */
  run(messages: number): ReadonlyArray<OfferEvent> {
    if (this.world === undefined) {
      throw new SimulatorError("options", "Cannot generate messages while a recording is replayed")
    }
    const now = this.host.now()
    const happened: Array<OfferEvent> = []
    while (happened.length < messages) {
      for (const told of this.world.tell(now)) {
        this.ownBook.apply(told.message)
        happened.push(told)
      }
    }
    return happened
  }

  /** Lets the world run for at least so many messages and sends them; gives how many it were. */
  generate(messages: number): number {
    const happened = this.run(messages)
    this.tell(happened)
    return happened.length
  }

  /** Sends each client its part of what happened; the book has taken it in already. */
  tell(happened: ReadonlyArray<BatchItem>): void {
    const batch = new MessageBatch(happened, this.host)
    for (const client of this.live()) {
      client.receive(batch)
      if (this.options.slowClient === "close" && client.backlogBytes > this.host.maxBacklogBytes) {
        this.stats.overflowed++
        client.terminate()
      }
    }
    this.waiters.check()
  }

  ping(target: ConnectionTarget): void {
    for (const client of this.targets(target)) client.frame("ping", pingText)
    this.waiters.check()
  }

  /** A book takes down its games, or those of a sport. */
  clear(sportsbook: string, sport: string | undefined): void {
    this.#happen(this.#livingWorld().clear(sportsbook, sport, this.host.now()))
  }

  /** A book takes down a game. */
  remove(sportsbook: string, game: string): void {
    this.#happen(this.#livingWorld().remove(sportsbook, game, this.host.now()))
  }

  #livingWorld(): World {
    if (this.world !== undefined) return this.world
    throw new SimulatorError("options", "Cannot take games down while a recording is replayed")
  }

  #happen(happened: ReadonlyArray<OfferEvent>): void {
    for (const { message } of happened) this.ownBook.apply(message)
    this.tell(happened)
  }

  /** Whether the world waits for a client. One that a fault hinders is not waited for: its backlog is bounded. */
  #congested(): boolean {
    if (this.options.slowClient === "close") return false
    for (const client of this.#clients.values()) {
      if (!client.isHindered && client.backlogBytes > this.host.maxBacklogBytes) return true
    }
    return false
  }

  #flushed(): void {
    this.generator?.relieved()
    this.waiters.check()
  }

  /** The recording was readable at the start: its clients are not left waiting for the rest of it. */
  #failed(error: unknown): void {
    if (this.#stopped) return
    const reason = error instanceof SimulatorError ? "the recording can no longer be read" : "the simulator failed"
    for (const client of this.#clients.values()) client.close(1011, reason)
  }

  // Reaching in

  get clients(): ReadonlyArray<ServerClient> {
    return [...this.#clients.values()]
  }

  /** The clients that the stream goes to. */
  live(): ReadonlyArray<ServerClient> {
    return this.clients.filter((client) => client.live && client.isOpen)
  }

  targets({ connection }: ConnectionTarget): ReadonlyArray<ServerClient> {
    return this.clients.filter((client) => client.isOpen && (connection === undefined || connection === client.id))
  }

  disconnect(how: DisconnectHow, target: ConnectionTarget): void {
    for (const client of this.targets(target)) {
      if (how === "abort") client.terminate()
      else client.close(how.code, how.reason)
    }
  }

  snapshotStats(): SimulatorStats {
    return this.stats.snapshot(this.#clients.size, this.live().length)
  }

  /** One of them, if it is there. */
  client(id: number): ServerClient | undefined {
    return this.#clients.get(id)
  }

  /** The behaviors are other ones. */
  reshape(): void {
    this.host.shape = this.behaviors.shape()
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
