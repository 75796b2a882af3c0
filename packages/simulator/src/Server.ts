/** The feed server: HTTP and WebSocket on one port. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import type { FeedMessage, Filters } from "@boltodds/protocol"
import { type WebSocket, WebSocketServer } from "ws"
import { Batch } from "./Batch.ts"
import type { Behaviour, FrameKind, HttpAnswer, OutFrame, Wire } from "./Behaviour.ts"
import { Catalogue } from "./Catalogue.ts"
import { Client, type ClientHost } from "./Client.ts"
import { FeedBook } from "./FeedBook.ts"
import { composeFrames, toBytes } from "./Frames.ts"
import { Generator } from "./Generator.ts"
import { refuseUpgrade, respond, restAnswer } from "./Http.ts"
import { MinuteWindow, type Plan, planConnections, requestsPerMinute } from "./Limits.ts"
import type { LimitOptions, SimulatorOptions } from "./Options.ts"
import { Replay } from "./Replay.ts"
import type { BlastResult, Simulator, SimulatorStats, Target } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { readSubscribe, Subscription } from "./Subscription.ts"
import { Waiters } from "./Waiters.ts"
import { idleSports } from "./world/Leagues.ts"
import { World } from "./world/World.ts"

const pingText = JSON.stringify({ action: "ping" })
const tooMany = "too many concurrent connections"
const mostRecords = 10_000

type Mutable<A> = { -readonly [K in keyof A]: A[K] extends ReadonlyArray<infer B> ? Array<B> : A[K] }

/**
 * Starts a simulator.
 *
 * Rejects with {@link SimulatorError}: the address cannot be had, the recording cannot be read, the options contradict
 * each other.
 */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  checkOptions(options)
  const server = new Server(options)
  await server.open()
  return server.handle()
}

/** What cannot be, said before anything is started. */
const checkOptions = (options: SimulatorOptions): void => {
  const { rate, replay } = options
  const fail = (message: string): never => {
    throw new SimulatorError("options", message)
  }
  if (rate !== undefined && !(rate >= 0 && rate <= 50_000)) {
    fail(`Cannot simulate as rate must be from 0 to 50000 messages a second: current value is ${rate}`)
  }
  if (replay?.speed !== undefined && replay.speed !== "max" && !(replay.speed > 0)) {
    fail(`Cannot replay as speed must be above 0, or "max": current value is ${replay.speed}`)
  }
  const { messagesPerFrame } = options
  if (messagesPerFrame !== undefined && !(Number.isInteger(messagesPerFrame) && messagesPerFrame >= 1)) {
    fail(`Cannot simulate as messagesPerFrame must be a whole number from 1: current value is ${messagesPerFrame}`)
  }
}

class Server {
  readonly #options: SimulatorOptions
  readonly #plan: Plan
  readonly #limits: LimitOptions
  readonly #window: MinuteWindow | undefined
  readonly #keys: ReadonlyArray<string> | undefined
  readonly #http = createServer()
  // Pongs are ours to send, so that a muted connection can be without them.
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 1024 * 1024 })
  readonly #clients = new Map<number, Client>()
  readonly #behaviours: Array<Behaviour> = []
  readonly #waiters = new Waiters()
  readonly #host: Mutable<ClientHost>
  readonly #maxBacklogBytes: number
  readonly #book = new FeedBook()
  #world: World | undefined
  #generator: Generator | undefined
  #replay: Replay | undefined
  #pings: NodeJS.Timeout | undefined
  #away = false
  #stopped = false
  readonly #stats: Mutable<SimulatorStats> = {
    dials: [],
    requests: [],
    subscribes: [],
    accepted: 0,
    open: 0,
    subscribed: 0,
    messagesSent: 0,
    framesSent: 0,
    pingsSent: 0,
    notUnderstood: 0,
    overflowed: 0,
  }
  #dialCount = 0

  constructor(options: SimulatorOptions) {
    this.#options = options
    this.#plan = options.plan ?? "Pro"
    this.#limits = typeof options.limits === "object"
      ? options.limits
      : { connections: options.limits === true, requestsPerMinute: options.limits === true }
    const perMinute = this.#limits.requestsPerMinute ?? false
    this.#window = perMinute === false
      ? undefined
      : new MinuteWindow(perMinute === true ? requestsPerMinute : perMinute)
    this.#keys = options.key === undefined ? undefined : typeof options.key === "string" ? [options.key] : options.key
    this.#maxBacklogBytes = options.maxBacklogBytes ?? 16 * 1024 * 1024
    this.#host = {
      ...(options.frames === undefined ? {} : { frames: options.frames }),
      ...(options.binary === undefined ? {} : { binary: options.binary }),
      ...(options.messagesPerFrame === undefined ? {} : { messagesPerFrame: options.messagesPerFrame }),
      maxBacklogBytes: this.#maxBacklogBytes,
      shape: undefined,
      sent: (kind) => this.#sent(kind),
      told: (messages) => {
        this.#stats.messagesSent += messages
      },
      flushed: () => this.#flushed(),
      overflowed: () => {
        this.#stats.overflowed++
      },
    }
  }

  async open(): Promise<void> {
    const { replay, world, rate } = this.#options
    if (replay === undefined) {
      try {
        this.#world = new World(world)
      } catch (cause) {
        throw new SimulatorError("options", cause instanceof Error ? cause.message : String(cause), cause)
      }
      for (const message of this.#world.initial(Date.now())) this.#book.apply(message)
      this.#generator = new Generator({
        generate: (messages) => this.#generate(messages),
        congested: () => this.#congested(),
      }, rate ?? 100)
    } else {
      this.#replay = await Replay.open(replay, {
        ...this.#host,
        room: (clients) => this.#waiters.until(() => clients().every((client) => client.isReady || !client.isOpen)),
        liveClients: () => this.#live(),
        failed: (error) => this.#failed(error),
      })
    }
    this.#http.on("request", (request, response) => this.#request(request, response))
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head))
    await this.#listen()
    const pingMillis = this.#options.pingMillis ?? 15_000
    if (pingMillis > 0) this.#pings = setInterval(() => this.#ping({}), pingMillis)
    this.#generator?.start()
  }

  #listen(): Promise<void> {
    const host = this.#options.host ?? "127.0.0.1"
    const port = this.#options.port ?? 0
    return new Promise((resolve, reject) => {
      this.#http.once("error", (cause: NodeJS.ErrnoException) => {
        const why = cause.code === "EADDRINUSE"
          ? "the port is in use; choose another, or 0 for any free one"
          : cause.message
        reject(new SimulatorError("address", `Cannot listen on ${host}:${port}: ${why}`, cause))
      })
      this.#http.listen({ host, port }, () => resolve())
    })
  }

  // Answering requests and dials

  #query(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
    const [path, query] = (request.url ?? "").split("?", 2) as [string, string | undefined]
    return { path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path, query: new URLSearchParams(query) }
  }

  /** Why a request or dial is refused by its key or by the rate limit; undefined where it is not. */
  #refusal(request: IncomingMessage, query: URLSearchParams): HttpAnswer | undefined {
    const wait = this.#window?.take(request.socket.remoteAddress ?? "", Date.now()) ?? 0
    if (wait > 0) return { status: 429, body: "Too many requests", headers: { "Retry-After": String(wait) } }
    const key = query.get("key") ?? ""
    if (key === "") return { status: 401, body: "Missing API key" }
    if (this.#keys !== undefined && !this.#keys.includes(key)) return { status: 401, body: "Invalid API key" }
    return undefined
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = this.#query(request)
    if (this.#away) return void request.socket.destroy()
    let answer: HttpAnswer | "reset" | "hang" | undefined
    for (const behaviour of this.#behaviours) answer ??= behaviour.request?.({ path, query })
    if (request.method !== "GET") answer ??= { status: 405, headers: { Allow: "GET" } }
    answer ??= this.#refusal(request, query)
    answer ??= path === "/api"
      ? { status: 426, body: "This is a WebSocket endpoint", headers: { Upgrade: "websocket" } }
      : restAnswer(path, query, () => this.#catalogue())
    answer ??= { status: 404 }
    record(this.#stats.requests, { atMillis: Date.now(), path, status: typeof answer === "object" ? answer.status : 0 })
    if (answer === "reset") request.socket.destroy()
    else if (answer !== "hang") respond(response, answer)
    this.#changed()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away while it is refused is no concern of ours.
    socket.on("error", () => socket.destroy())
    if (this.#away) return void socket.destroy()
    const { path, query } = this.#query(request)
    const remoteAddress = request.socket.remoteAddress ?? ""
    const number = ++this.#dialCount
    let answer: HttpAnswer | "reset" | "hang" | undefined
    for (const behaviour of this.#behaviours) answer ??= behaviour.dial?.({ number, remoteAddress })
    if (path !== "/api") answer ??= { status: 404 }
    answer ??= this.#refusal(request, query)
    const key = query.get("key") ?? ""
    const tooManyNow = answer === undefined && this.#isFull(key)
    if (tooManyNow && this.#limits.overConnections !== "text") answer = { status: 503, body: tooMany }
    const status = answer === undefined ? 101 : typeof answer === "object" ? answer.status : 0
    record(this.#stats.dials, { atMillis: Date.now(), status })
    if (answer === "reset") socket.destroy()
    else if (typeof answer === "object") refuseUpgrade(socket, answer)
    else if (answer === undefined) {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (!tooManyNow) return this.#accept(key, webSocket)
        webSocket.on("error", () => webSocket.terminate())
        webSocket.send(tooMany)
        webSocket.close(1008)
      })
    }
    this.#changed()
  }

  #isFull(key: string): boolean {
    const limit = this.#limits.connections ?? false
    if (limit === false) return false
    const most = limit === true ? planConnections[this.#plan] : limit
    return [...this.#clients.values()].filter((client) => client.key === key).length >= most
  }

  #catalogue(): Catalogue {
    if (this.#replay !== undefined) return this.#replay.catalogue
    const world = this.#world!
    return Catalogue.of(this.#book, [...world.sports, ...idleSports], world.sportsbooks)
  }

  // A connection's life

  #accept(key: string, socket: WebSocket): void {
    const client = new Client(++this.#stats.accepted, key, socket, this.#host)
    this.#clients.set(client.id, client)
    socket.on("message", (data) => this.#received(client, String(data)))
    socket.on("ping", (data) => client.pong(data))
    socket.on("error", () => socket.terminate())
    socket.on("close", () => {
      this.#clients.delete(client.id)
      client.live = false
      this.#replay?.end(client)
      this.#flushed()
      this.#changed()
    })
    let silent = false
    for (const behaviour of this.#behaviours) silent = behaviour.open?.(client) === "no_ack" || silent
    if (!silent) {
      const plan = this.#options.plan === undefined ? this.#plan : this.#options.plan
      client.frame("ack", JSON.stringify({ action: "socket_connected", ...(plan === null ? {} : { plan }) }))
    }
    this.#changed()
  }

  #received(client: Client, text: string): void {
    if (this.#behaviours.some((behaviour) => behaviour.receive?.(client, text) === "ignore")) return
    const filters = readSubscribe(text)
    if (filters === undefined) {
      this.#stats.notUnderstood++
      return this.#changed()
    }
    record(this.#stats.subscribes, { atMillis: Date.now(), connection: client.id, filters, text })
    const allowed = this.#options.plan !== "Starter" || this.#limits.connections === false ||
      this.#limits.connections === undefined || (filters.sports?.length === 1 && filters.markets?.length === 1)
    if (!allowed) {
      client.frame("reply", errorText("Your plan allows one sport and one market"))
      return this.#changed()
    }
    if (this.#options.confirmSubscribe !== false) {
      client.frame(
        "reply",
        JSON.stringify({ action: "subscription_updated", message: "Subscription updated", filters }),
      )
    }
    if (this.#options.reportUnknownGames !== false && filters.games !== undefined) {
      const { games } = this.#catalogue()
      for (const game of filters.games) {
        // About one game, and not fatal: PROTOCOL, "A connection's life".
        if (!games.has(game)) client.frame("reply", errorText(`Cannot subscribe to game ${game}. Code 1`))
      }
    }
    const subscription = new Subscription(filters)
    if (this.#replay === undefined) client.begin(subscription, this.#book)
    else this.#replay.begin(client, subscription)
    this.#changed()
  }

  #live(): ReadonlyArray<Client> {
    return [...this.#clients.values()].filter((client) => client.live && client.isOpen)
  }

  #targets(target: Target): ReadonlyArray<Client> {
    return [...this.#clients.values()].filter((client) =>
      client.isOpen && (target.connection === undefined || target.connection === client.id)
    )
  }

  // The stream

  /** Lets the world run for at least so many messages. */
  #run(messages: number): ReadonlyArray<FeedMessage> {
    const world = this.#world
    if (world === undefined) return []
    const now = Date.now()
    const happened: Array<FeedMessage> = []
    while (happened.length < messages) happened.push(...world.step(now))
    for (const message of happened) this.#book.apply(message)
    return happened
  }

  #generate(messages: number): number {
    const happened = this.#run(messages)
    const batch = new Batch(happened.map((message) => ({ message, text: undefined })), this.#host)
    for (const client of this.#live()) {
      client.receive(batch)
      if (this.#options.slowClient === "close" && client.backlogBytes > this.#maxBacklogBytes) {
        this.#stats.overflowed++
        client.terminate()
      }
    }
    this.#changed()
    return happened.length
  }

  #congested(): boolean {
    if (this.#options.slowClient === "close") return false
    for (const client of this.#clients.values()) {
      if (!client.muted && client.backlogBytes > this.#maxBacklogBytes) return true
    }
    return false
  }

  #ping(target: Target): void {
    for (const client of this.#targets(target)) client.frame("ping", pingText)
    this.#changed()
  }

  #sent(kind: FrameKind): void {
    this.#stats.framesSent++
    if (kind === "ping") this.#stats.pingsSent++
  }

  #flushed(): void {
    this.#generator?.relieved()
    this.#waiters.check()
  }

  #changed(): void {
    this.#waiters.check()
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    // The recording was readable at the start: its clients are not left waiting for the rest of it.
    const reason = error instanceof SimulatorError ? "the recording can no longer be read" : "the simulator failed"
    for (const client of this.#clients.values()) client.close(1011, reason)
  }

  // What tests reach in with

  #behave(behaviour: Behaviour): () => void {
    this.#behaviours.push(behaviour)
    this.#reshape()
    behaviour.start?.([...this.#clients.values()])
    return () => {
      const index = this.#behaviours.indexOf(behaviour)
      if (index === -1) return
      this.#behaviours.splice(index, 1)
      this.#reshape()
      behaviour.stop?.([...this.#clients.values()])
    }
  }

  /** Frames take the short way where no behaviour looks at them. */
  #reshape(): void {
    const shapers = this.#behaviours.flatMap(({ frame }) => frame ?? [])
    this.#host.shape = shapers.length === 0
      ? undefined
      : (wire: Wire, frame: OutFrame) =>
        shapers.reduce<ReadonlyArray<OutFrame>>(
          (frames, shaper) => frames.flatMap((one) => shaper(wire, one) ?? [one]),
          [frame],
        )
  }

  async #blast(
    frames: ReadonlyArray<string | Uint8Array>,
    end: "ping" | "close" | "none",
    target: Target,
  ): Promise<BlastResult> {
    const clients = this.#targets(target).filter((client) => client.live)
    const binary = this.#options.binary === true
    // Encoded once, not once for each client and frame.
    const encoded = frames.map((frame) => binary && typeof frame === "string" ? toBytes(frame) : frame)
    const bytes = frames.reduce(
      (sum, frame) => sum + (typeof frame === "string" ? Buffer.byteLength(frame) : frame.length),
      0,
    )
    const start = performance.now()
    for (const frame of encoded) {
      if (!clients.every((client) => client.isReady)) {
        await this.#waiters.until(() => clients.every((client) => client.isReady || !client.isOpen))
      }
      for (const client of clients) client.pass(frame)
    }
    for (const client of clients) {
      if (end === "ping") client.frame("ping", pingText)
      if (end === "close") client.close(1000)
    }
    await this.#waiters.until(() => clients.every((client) => client.isDrained || !client.isOpen))
    return { frames: frames.length * clients.length, bytes: bytes * clients.length, millis: performance.now() - start }
  }

  #snapshotStats(): SimulatorStats {
    const { dials, requests, subscribes } = this.#stats
    return {
      ...this.#stats,
      dials: [...dials],
      requests: [...requests],
      subscribes: [...subscribes],
      open: this.#clients.size,
      subscribed: this.#live().length,
    }
  }

  async #stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#pings)
    this.#generator?.stop()
    this.#replay?.stop()
    for (const client of this.#clients.values()) client.terminate()
    this.#http.closeAllConnections()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
    this.#sockets.close()
  }

  handle(): Simulator {
    const address = this.#http.address() as AddressInfo
    const host = this.#options.host ?? "127.0.0.1"
    const authority = `${host.includes(":") ? `[${host}]` : host}:${address.port}`
    const generating = (what: string): World => {
      if (this.#world === undefined) throw new SimulatorError("options", `Cannot ${what} while a recording is replayed`)
      return this.#world
    }
    return {
      host,
      port: address.port,
      url: `ws://${authority}/api`,
      restUrl: `http://${authority}/api`,
      key: this.#keys?.[0] ?? "simulated",
      stats: () => this.#snapshotStats(),
      connections: () => [...this.#clients.keys()],
      pause: () => {
        this.#generator?.pause()
        this.#replay?.pause()
      },
      resume: () => {
        this.#generator?.resume()
        this.#replay?.resume()
      },
      setRate: (rate) => {
        checkOptions({ rate })
        this.#generator?.setRate(rate)
      },
      step: (messages) => {
        generating("step the world")
        return this.#generate(messages)
      },
      book: (filters?: Filters) =>
        (this.#replay?.book ?? this.#book).priced(filters === undefined ? undefined : new Subscription(filters)),
      push: (messages, options = {}) => {
        if (options.track !== false) { for (const message of messages) this.#book.apply(message) }
        const texts = messages.map((message) => JSON.stringify(message))
        const form = options.as === "objects" ? "objects" : "arrays"
        const frames = composeFrames(texts, { frames: form, messagesPerFrame: Math.max(texts.length, 1) })
        for (const client of this.#targets(options)) {
          this.#stats.messagesSent += messages.length
          for (const frame of frames) client.frame("pushed", this.#options.binary === true ? toBytes(frame) : frame)
        }
        this.#changed()
      },
      pushFrame: (frame, options = {}) => {
        if (options.track === true) this.#book.applyFrame(frame)
        for (const client of this.#targets(options)) client.frame("pushed", frame)
        this.#changed()
      },
      ping: (target = {}) => this.#ping(target),
      disconnect: (how, target = {}) => {
        for (const client of this.#targets(target)) {
          if (how === "abort") client.terminate()
          else client.close(how.code, how.reason)
        }
      },
      behave: (behaviour) => this.#behave(behaviour),
      pregenerate: (messages) => {
        generating("pregenerate")
        return composeFrames(this.#run(messages).map((message) => JSON.stringify(message)), this.#host)
      },
      drained: () =>
        this.#waiters.until(() => [...this.#clients.values()].every((client) => client.isDrained || !client.isOpen)),
      waitFor: async (condition) => {
        let stats = this.#snapshotStats()
        await this.#waiters.until(() => condition(stats = this.#snapshotStats()))
        return stats
      },
      blast: (frames, options = {}) => this.#blast(frames, options.end ?? "ping", options),
      restart: async (options = {}) => {
        this.#away = true
        const how = options.how ?? "abort"
        for (const client of this.#clients.values()) {
          client.live = false
          if (how === "abort") client.terminate()
          else client.close(how.code, how.reason)
        }
        if (options.missedMessages !== undefined) {
          generating("miss messages")
          this.#run(options.missedMessages)
        }
        if (options.downMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, options.downMillis))
        this.#away = false
      },
      stop: () => this.#stop(),
    }
  }
}

const errorText = (message: string): string => JSON.stringify({ action: "error", message })

const record = <A>(list: Array<A>, item: A): void => {
  list.push(item)
  if (list.length > mostRecords) list.shift()
}
