/** Replaying a file to clients. */
import { decodeFrame } from "@boltodds/protocol"
import {
  FeedBook,
  type FrameOptions,
  GameListing,
  MessageBatch,
  type ServerClient,
  type Subscription,
  toBytes,
} from "@boltodds/feed-server"
import type { TraceReplayOptions } from "../Options.ts"
import { readTrace, type TraceFrame } from "./Trace.ts"

/** What a replay needs of its server. */
export interface ReplayHost {
  readonly frames: FrameOptions
  /** Resolves when every one of these clients has room, or is gone. */
  readonly room: (clients: () => ReadonlyArray<ServerClient>) => Promise<void>
  readonly liveClients: () => ReadonlyArray<ServerClient>
  /** The file could be read at the start and no longer can. */
  readonly failed: (error: unknown) => void
}

/** One run through the file. */
interface Pass {
  stopped: boolean
  position: number
  /** Ends a wait for the next frame's time. */
  wake: (() => void) | undefined
}

const newPass = (position: number): Pass => ({ stopped: false, position, wake: undefined })

const halt = (pass: Pass): void => {
  pass.stopped = true
  pass.wake?.()
}

/** A frame as the items that clients with filters get parts of, and as it is for the others. */
const batchOf = (frame: TraceFrame, options: FrameOptions): MessageBatch => {
  const items = decodeFrame(frame.raw).map((item) => ({
    message: item._tag === "Message" ? item.message : undefined,
    text: item.text,
  }))
  return new MessageBatch(items, options, frame.raw)
}

/** A file being replayed. */
export class TraceReplay {
  /** Every name in the file. */
  readonly catalog: GameListing
  readonly #options: TraceReplayOptions
  readonly #host: ReplayHost
  /** The book at the end of the file. */
  readonly #end: FeedBook
  /** The book at the timeline's present. */
  readonly #present = new FeedBook()
  readonly #passes = new Map<ServerClient, Pass>()
  #timeline: Pass | undefined
  /** The rest went by unseen. */
  #over = false
  #paused = false
  #resumed: Array<() => void> = []

  private constructor(options: TraceReplayOptions, host: ReplayHost, end: FeedBook, catalog: GameListing) {
    this.#options = options
    this.#host = host
    this.#end = end
    this.catalog = catalog
  }

  /** Reads the file through: a file that cannot be replayed is refused before anyone connects. */
  static async open(options: TraceReplayOptions, host: ReplayHost): Promise<TraceReplay> {
    const end = new FeedBook()
    const catalog = new GameListing()
    for await (const frames of readTrace(options.file)) {
      for (const frame of frames) for (const message of end.applyFrame(frame.raw)) catalog.note(message)
    }
    return new TraceReplay(options, host, end, catalog)
  }

  /** The book that a client must hold: on a timeline at present, otherwise at the end. */
  get book(): FeedBook {
    return this.#options.passes === "timeline" && !this.#over ? this.#present : this.#end
  }

  /** A client subscribed, perhaps again: `client.subscription` says to what. */
  begin(client: ServerClient, subscription: Subscription): void {
    if (this.#over) return client.begin(subscription, this.#end)
    if (this.#options.passes === "timeline") {
      client.begin(subscription, this.#present)
      if (this.#timeline === undefined) this.#start(this.#timeline = newPass(0), undefined)
      return
    }
    const running = this.#passes.get(client)
    if (running === undefined) {
      client.begin(subscription, undefined)
      this.#start(this.#pass(client, 0), client)
      return
    }
    // Other filters on a live connection: the state so far is sent as initial states, and the rest follows.
    halt(running)
    client.live = false
    const next = this.#pass(client, running.position)
    this.#beginAgain(client, subscription, next).catch(this.#host.failed)
  }

  /** A client is gone. */
  end(client: ServerClient): void {
    const pass = this.#passes.get(client)
    if (pass !== undefined) halt(pass)
    this.#passes.delete(client)
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (const resume of this.#resumed.splice(0)) resume()
  }

  stop(): void {
    this.#stopAll()
    this.resume()
  }

  #pass(client: ServerClient, position: number): Pass {
    const pass = newPass(position)
    this.#passes.set(client, pass)
    return pass
  }

  #start(pass: Pass, client: ServerClient | undefined): void {
    this.#run(pass, client).catch(this.#host.failed)
  }

  async #beginAgain(client: ServerClient, subscription: Subscription, pass: Pass): Promise<void> {
    const book = await this.#bookAt(pass.position)
    if (pass.stopped) return
    client.begin(subscription, book)
    await this.#run(pass, client)
  }

  async #run(pass: Pass, client: ServerClient | undefined): Promise<void> {
    const clients = client === undefined ? this.#host.liveClients : () => [client]
    const speed = this.#options.speed ?? 1
    const startMillis = performance.now()
    let origin: number | undefined
    let index = 0
    for await (const frames of readTrace(this.#options.file)) {
      for (const frame of frames) {
        if (index++ < pass.position) continue
        origin ??= frame.atMillis
        if (speed !== "max") await until(pass, startMillis + (frame.atMillis - origin) / speed)
        if (this.#paused) await new Promise<void>((resolve) => this.#resumed.push(resolve))
        await this.#host.room(clients)
        if (pass.stopped) return
        pass.position = index
        this.#tell(frame, client)
        if (index === this.#options.cutAfterFrames) return this.#cut(clients())
      }
    }
    if (this.#options.atEnd === "close") { for (const one of clients()) one.close(1000, "the recording is over") }
  }

  #tell(frame: TraceFrame, client: ServerClient | undefined): void {
    if (client !== undefined && client.subscription!.takesAll) {
      // The hot path of a replay at full speed: nothing has to be read to pass everything on.
      const raw = this.#host.frames.binary === true && typeof frame.raw === "string" ? toBytes(frame.raw) : frame.raw
      return client.stream(raw)
    }
    const batch = batchOf(frame, this.#host.frames)
    if (client !== undefined) return client.receive(batch)
    for (const { message } of batch.items) if (message !== undefined) this.#present.apply(message)
    for (const one of this.#host.liveClients()) one.receive(batch)
  }

  #cut(clients: ReadonlyArray<ServerClient>): void {
    this.#over = true
    this.#stopAll()
    for (const client of clients) client.terminate()
  }

  #stopAll(): void {
    if (this.#timeline !== undefined) halt(this.#timeline)
    for (const pass of this.#passes.values()) halt(pass)
  }

  async #bookAt(position: number): Promise<FeedBook> {
    const book = new FeedBook()
    let index = 0
    for await (const frames of readTrace(this.#options.file)) {
      for (const frame of frames) {
        if (index++ >= position) return book
        book.applyFrame(frame.raw)
      }
    }
    return book
  }
}

/** Waits for a time of `performance.now()`, or until the pass is halted. */
const until = (pass: Pass, millis: number): Promise<void> | undefined => {
  const wait = millis - performance.now()
  if (!(wait > 0) || pass.stopped) return undefined
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      resolve()
    }
    // A timer holds at most 2^31 - 1 ms; a longer wait ends early, which shortens a silence of 24 days.
    const timer = setTimeout(wake, Math.min(wait, 2 ** 31 - 1))
    pass.wake = wake
  })
}
