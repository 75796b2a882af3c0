/** One connected client: what it asked for, what it has been sent, what still waits. */
import type { FeedMessage, Filters } from "@boltodds/protocol"
import type { Socket } from "node:net"
import type { WebSocket } from "ws"
import { type FrameKind, type Held, isDataFrame, type ServerHooks, type Wire } from "../hooks.ts"
import { entryKey, type FeedBook, type FeedGame, initialState } from "../messages/FeedBook.ts"
import {
  composeFrames,
  type FrameForm,
  frameForm,
  type FrameOptions,
  mostMessages,
  toBytes,
} from "../messages/frames.ts"
import type { MessageBatch } from "../messages/MessageBatch.ts"
import type { Subscription } from "../messages/Subscription.ts"
import { Outbound, type OutboundHost } from "./Outbound.ts"

/** What a client needs of its server. */
export interface ClientHost extends FrameOptions, OutboundHost {
  /** Whether a client that is slow gets games in place of messages. */
  readonly mayCoalesce: boolean
  /** Its `frame` is read before each frame. */
  readonly hooks: ServerHooks
  /** The time that initial states are stamped with, in milliseconds since the Unix epoch. */
  readonly now: () => number
  /** A frame went out. */
  readonly sent: (kind: FrameKind) => void
  /** So many messages were put into frames. */
  readonly countMessages: (messages: number) => void
}

/** Beyond this much unsent, a snapshot or a replay waits for the socket. */
const roomBytes = 1024 * 1024

/** A connected client. */
export class ServerClient implements Wire {
  readonly id: number
  readonly key: string
  subscription: Subscription | undefined
  /** Whether its subscribe was acted upon and the stream goes to it. */
  live = false
  dataFrames = 0
  readonly #socket: WebSocket
  readonly #host: ClientHost
  /** Initial states still to be sent. A game in here gets no updates: its initial state will have them. */
  #pending = new Map<string, FeedGame>()
  #book: FeedBook | undefined
  /** Bytes that it had taken when that was last looked at. */
  #taken = -1
  /** Games that were sent to a client with filters: it gets removals of these only. */
  #known = new Map<string, { readonly sport: string; readonly sportsbook: string }>()
  readonly #outbound: Outbound
  #unmute: (() => void) | undefined
  #form: FrameForm = "arrays"

  constructor(id: number, key: string, webSocket: WebSocket, socket: Socket, host: ClientHost) {
    this.id = id
    this.key = key
    this.#socket = webSocket
    this.#host = host
    this.#outbound = new Outbound(webSocket, socket, host, () => this.pump())
  }

  get filters(): Filters | undefined {
    return this.subscription?.filters
  }

  /** Bytes that wait for this client, here and in the socket. */
  get backlogBytes(): number {
    return this.#outbound.backlogBytes
  }

  /** Whether a snapshot or a replay may go on. A client whose odds are held back takes what its backlog allows. */
  get hasRoom(): boolean {
    return this.backlogBytes < (this.#outbound.holdsData ? this.#host.maxBacklogBytes : roomBytes)
  }

  /** Whether its snapshot is out and there is room for more. */
  get isReady(): boolean {
    return this.#pending.size === 0 && this.hasRoom
  }

  /** Whether all that was to be sent is in the kernel's hands. */
  get isDrained(): boolean {
    return this.#pending.size === 0 && this.backlogBytes === 0
  }

  get isOpen(): boolean {
    return this.#outbound.isOpen
  }

  /** Whether a fault keeps something from going out: nobody is to wait for this client. */
  get isHindered(): boolean {
    return this.#outbound.isHindered
  }

  get muted(): boolean {
    return this.#unmute !== undefined
  }

  set muted(muted: boolean) {
    if (muted) this.#unmute ??= this.hold("everything")
    else {
      const unmute = this.#unmute
      this.#unmute = undefined
      unmute?.()
    }
  }

  hold(what: Held): () => void {
    return this.#outbound.hold(what)
  }

  freeze(): void {
    this.#outbound.freeze()
  }

  throttle(bytesPerSecond: number | undefined): void {
    this.#outbound.throttle(bytesPerSecond)
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  reset(): void {
    this.#outbound.reset()
  }

  /** Sends past all behaviors. */
  send(data: string | Uint8Array): void {
    this.#outbound.send(undefined, data)
  }

  /** Answers a WebSocket ping. */
  pong(data: Uint8Array): void {
    this.#outbound.pong(data)
  }

  /** Sends one frame, through the behaviors. */
  frame(kind: FrameKind, data: string | Uint8Array): void {
    const frames = this.#host.hooks.frame?.(this, { kind, data })
    if (frames === undefined) return this.pass(kind, data)
    for (const one of frames) this.pass(one.kind, one.data)
  }

  /** Sends one frame without the `frame` hook. */
  pass(kind: FrameKind, data: string | Uint8Array): void {
    if (!this.isOpen) return
    if (isDataFrame(kind)) this.dataFrames++
    this.#host.sent(kind)
    this.#outbound.send(kind, data)
  }

  /** Starts the stream: first an initial state of every game that is asked for, as it then stands. */
  begin(subscription: Subscription, book: FeedBook | undefined): void {
    this.subscription = subscription
    this.#book = book
    this.#form = frameForm(this.#host, subscription.filters.games !== undefined)
    this.live = true
    this.#pending = new Map()
    this.#known = new Map()
    for (const entry of book?.entries() ?? []) {
      if (subscription.takesGame(entry.sport, entry.sportsbook, entry.game)) {
        this.#pending.set(entryKey(entry.sportsbook, entry.game), entry)
      }
    }
    this.pump()
  }

  /** Sends what is left of the snapshot, as far as the socket takes it. */
  pump(): void {
    if (this.#pending.size === 0) return
    const subscription = this.subscription!
    const most = mostMessages(this.#form, this.#host)
    while (this.#pending.size > 0 && this.isOpen && this.hasRoom) {
      const texts: Array<string> = []
      for (const [key, entry] of this.#pending) {
        this.#pending.delete(key)
        const message = initialState(entry, subscription, this.#host.now())
        if (message === undefined) continue
        this.#know(entry.sportsbook, entry.game, entry.sport)
        texts.push(JSON.stringify(message))
        if (texts.length >= most) break
      }
      this.#host.countMessages(texts.length)
      for (const frame of this.#compose(texts)) this.frame("snapshot", frame)
    }
  }

  /** Sends the state of a game at a sportsbook: the part of it within the filters, or its removal. */
  resend(message: FeedMessage): void {
    const part = this.live ? this.subscription!.part(message) : undefined
    if (part === undefined) return
    // A removal is sent even if the game is not known here: the message that was lost may have been about it.
    if (part.action === "game_removed") this.#concerns(part)
    else if (!this.#concerns(part)) return
    const [frame] = this.#compose([JSON.stringify(part)])
    this.#host.countMessages(1)
    this.frame("stream", frame!)
  }

  /** Sends a frame of the stream as it is, whatever the filters; counted as one message. */
  stream(raw: string | Uint8Array): void {
    this.#host.countMessages(1)
    this.frame("stream", raw)
  }

  /** Sends what of a batch concerns this client. */
  receive(batch: MessageBatch): void {
    const subscription = this.subscription!
    if (this.#host.mayCoalesce && !this.hasRoom) this.#defer(batch)
    if (subscription.takesAll && this.#pending.size === 0) {
      this.#host.countMessages(batch.items.length)
      for (const frame of batch.frames()) this.frame("stream", frame)
      return
    }
    const texts: Array<string> = []
    for (let index = 0; index < batch.items.length; index++) {
      const { message } = batch.items[index]!
      if (message === undefined) {
        texts.push(batch.text(index))
        continue
      }
      const part = subscription.part(message)
      if (part === undefined || !this.#concerns(part)) continue
      texts.push(part === message ? batch.text(index) : JSON.stringify(part))
    }
    this.#host.countMessages(texts.length)
    for (const frame of this.#compose(texts)) this.frame("stream", frame)
  }

  /** The games of these messages are sent once there is room, as they are then. */
  #defer(batch: MessageBatch): void {
    for (const { message } of batch.items) {
      switch (message?.action) {
        case "initial_state":
        case "game_update":
        case "game_added":
        case "line_update": {
          const { sport, sportsbook, game } = message.data
          const entry = this.subscription!.takesGame(sport, sportsbook, game)
            ? this.#book?.entry(sportsbook, game)
            : undefined
          if (entry !== undefined) this.#pending.set(entryKey(sportsbook, game), entry)
        }
      }
    }
  }

  /** Whether something waits for it, and it has taken nothing since the last call. */
  isStuck(): boolean {
    const taken = this.#outbound.takenBytes
    const isStuck = this.backlogBytes > 0 && taken === this.#taken
    this.#taken = taken
    return isStuck
  }

  /** Whether the client gets this message, by the games that were sent to it. Updates those. */
  #concerns(message: FeedMessage): boolean {
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update": {
        const { sportsbook, game, sport, outcomes } = message.data
        const key = entryKey(sportsbook, game)
        if (this.#pending.has(key)) return false
        if (Object.keys(outcomes).length === 0 && !this.subscription!.takesAll && !this.#known.has(key)) return false
        this.#know(sportsbook, game, sport)
        return true
      }
      case "game_removed": {
        const key = entryKey(message.data.sportsbook, message.data.game)
        this.#pending.delete(key)
        return this.#known.delete(key) || this.subscription!.takesAll
      }
      case "book_clear":
      case "sport_clear": {
        const { sportsbook } = message.data
        const sport = message.action === "sport_clear" ? message.data.sport : undefined
        let told = this.subscription!.takesAll
        for (const games of [this.#known, this.#pending]) {
          for (const [key, game] of games) {
            if (game.sportsbook !== sportsbook || (sport !== undefined && game.sport !== sport)) continue
            games.delete(key)
            told = true
          }
        }
        return told
      }
      default:
        return true
    }
  }

  #know(sportsbook: string, game: string, sport: string): void {
    if (!this.subscription!.takesAll) this.#known.set(entryKey(sportsbook, game), { sport, sportsbook })
  }

  #compose(texts: ReadonlyArray<string>): ReadonlyArray<string | Uint8Array> {
    const frames = composeFrames(texts, this.#form, this.#host)
    return this.#host.binary === true ? frames.map(toBytes) : frames
  }
}
