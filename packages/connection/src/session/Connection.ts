/** One connection, from the open link to its end: reads, subscribes, and does what its watch decides. */
import { type DisconnectReason, type Filters, type Frame, type Millis, subscribeMessage } from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { KeyGuard } from "../key/KeyGuard.ts"
import { scrub } from "../key/scrub.ts"
import type { Link, LinkClosed, Turn } from "../transport/Transport.ts"
import { DataCheck, longestSample } from "./DataCheck.ts"
import type { EventWriter } from "./EventWriter.ts"
import type { FrameTap } from "./FrameTap.ts"
import type { Status } from "./Status.ts"
import * as Watch from "./Watch.ts"

/** What a connection works with. */
export interface ConnectionConfig {
  /** Its number, once accepted. */
  readonly epoch: number
  readonly link: Link
  readonly secret: string
  /** Takes the key out of frames. */
  readonly guard: KeyGuard
  readonly openedAt: Millis
  readonly limits: Watch.WatchLimits
  readonly tap: FrameTap | undefined
  readonly writer: EventWriter
  readonly filters: () => Filters
  readonly onStatus: (status: Status) => void
  /** Compares the clocks and returns session time. May end this connection. */
  readonly checkClocks: () => Millis
}

/** A connection. All but `read` and `subscribe` is synchronous, so nothing comes between the steps. */
export class Connection {
  /** Completed with the reason when the connection is over. */
  readonly over: Deferred.Deferred<DisconnectReason>
  /** What its frames show until the first data. */
  readonly data: DataCheck
  readonly #config: ConnectionConfig
  #phase: "awaiting_ack" | "subscribing" | "subscribed" | "over" = "awaiting_ack"
  #watch: Watch.Watch
  /** Whether a subscription is on its way to the link. */
  #sending = false
  /** The filters that were sent. */
  #sent: Filters | undefined
  #plan: string | undefined
  #subscribedAt: Millis | undefined
  /** Time not spent reading before the filters were sent, in milliseconds. */
  #unreadBefore = 0
  /** Whether the events say stale, and not yet fresh again. */
  #stale = false
  /** Notices from before the server accepted: they have no epoch yet. */
  #early: ReadonlyArray<Watch.WatchNotice> = []

  constructor(config: ConnectionConfig) {
    this.#config = config
    this.data = new DataCheck(config.secret)
    this.over = Deferred.makeUnsafe()
    this.#watch = Watch.openWatch(config.openedAt, config.link.ping !== undefined, config.limits)
  }

  get plan(): string | undefined {
    return this.#plan
  }
  /** When the newest filters were sent. */
  get subscribedAt(): Millis | undefined {
    return this.#subscribedAt
  }
  /**
   * Time spent reading since the newest filters were sent, in milliseconds. Undefined once the connection is over, and
   * while data may wait unread: what has not come may just not have been read.
   */
  listenedMillis(at: Millis): number | undefined {
    if (this.#phase === "over" || this.#subscribedAt === undefined || this.#watch.behind !== undefined) return undefined
    return at - this.#subscribedAt - (this.#watch.unread - this.#unreadBefore)
  }
  get isOver(): boolean {
    return this.#phase === "over"
  }
  /** When `passTime` next has something to do. */
  get dueAt(): Millis {
    return this.#phase === "over" ? Infinity : Watch.dueAt(this.#watch)
  }
  /** Whether a `Paused` with an earlier time may still follow: no tick may precede it. */
  get mayReportPause(): boolean {
    return this.#phase !== "over" && Watch.mayReportPause(this.#watch)
  }

  /** Reads until the link ends. Stops while the queue of events is full. */
  get read(): Effect.Effect<never, LinkClosed> {
    const { link, writer, checkClocks } = this.#config
    const next: Effect.Effect<never, LinkClosed> = Effect.flatMap(link.pull, (turn) => {
      const at = checkClocks()
      if (this.#phase === "over") return Effect.never
      this.#apply(Watch.onTurn(this.#watch, at, turn.frames.length, turn.pong), turn, at)
      writer.flush()
      return this.#phase === "subscribing" ? Effect.flatMap(this.#send, () => goOn) : goOn
    })
    const goOn = Effect.suspend(() => writer.queue.full ? stop : next)
    const stop = Effect.suspend(() => {
      this.#watch = Watch.onStop(this.#watch, writer.timeline.now())
      return Effect.flatMap(writer.queue.room, () => {
        const at = checkClocks()
        if (this.#phase === "over") return Effect.never
        this.#apply(Watch.onResume(this.#watch, at))
        writer.flush()
        return next
      })
    })
    return next
  }

  /** Sends the current filters if the server is ready for them. Otherwise they follow its first frame. */
  get subscribe(): Effect.Effect<void> {
    return Effect.suspend(() => {
      // A send in progress checks for newer filters when it is done.
      const isDue = this.#phase === "subscribed" && !this.#sending && this.#sent !== this.#config.filters()
      // The reader of a closed link learns of the end too.
      return isDue ? Effect.uninterruptible(Effect.ignore(this.#send)) : Effect.void
    })
  }

  /** Has the watch act on the time. */
  passTime(at: Millis): void {
    if (this.#phase === "over") return
    this.#apply(Watch.onTime(this.#watch, at, this.#config.link.receivedBytes?.()))
  }

  /** A frame arrives while reading is stopped: the `Paused` precedes it. */
  reportStop(at: Millis): void {
    if (this.#watch.stoppedAt !== undefined) this.passTime(at)
  }

  /** The process stood still between these times. */
  stalled(from: Millis, at: Millis): void {
    if (this.#phase === "over") return
    this.#apply(Watch.onStall(this.#watch, from, at))
  }

  /** Ends the connection to get a new snapshot. The reason may quote the server, which knows the key. */
  resync(reason: string): void {
    this.end({ kind: "resync", detail: scrub(reason, this.#config.secret, longestSample) })
  }

  /** Ends the connection at once: it writes no event after this one. */
  end(reason: DisconnectReason): void {
    if (this.#phase === "over") return
    const { writer, tap } = this.#config
    const accepted = this.#phase !== "awaiting_ack"
    this.#phase = "over"
    tap?.close()
    if (accepted) writer.disconnected(writer.timeline.now(), reason)
    writer.flush()
    Deferred.doneUnsafe(this.over, Effect.succeed(reason))
  }

  /** Sends the newest filters, and again if they are replaced during the send. */
  get #send(): Effect.Effect<void, LinkClosed> {
    const { link, writer, filters: newest } = this.#config
    const send: Effect.Effect<void, LinkClosed> = Effect.suspend(() => {
      if (this.#phase === "over") return Effect.void
      const filters = newest()
      const at = writer.timeline.now()
      this.#sending = true
      this.#sent = filters
      this.#phase = "subscribed"
      this.#subscribedAt = at
      this.#unreadBefore = this.#watch.unread
      this.data.subscribed(filters)
      // Written before the send: the answer must not precede it.
      writer.subscribed(at, filters)
      writer.flush()
      return Effect.flatMap(link.send(subscribeMessage(filters)), () => {
        this.#reportFlow()
        if (newest() !== filters) return send
        this.#sending = false
        return Effect.void
      })
    })
    return send
  }

  #apply(decision: Watch.WatchDecision, turn?: Turn, at: Millis = 0): void {
    this.#watch = decision.watch
    for (const notice of decision.before) this.#notice(notice)
    if (turn !== undefined) this.#takeFrames(turn.frames, at)
    for (const notice of decision.after) this.#notice(notice)
    if (decision.ping !== undefined) this.#config.link.ping?.(decision.ping)
    if (decision.end !== undefined) this.end(decision.end)
  }

  #notice(notice: Watch.WatchNotice): void {
    const { writer, onStatus, epoch } = this.#config
    if (this.#phase === "awaiting_ack") {
      // What is over again before the server accepts affects no event.
      this.#early = notice._tag === "Heard" ? [] : [...this.#early, notice]
      return
    }
    writer.notice(notice)
    if (notice._tag === "Silent" || notice._tag === "Paused") {
      this.#stale = true
      onStatus({ _tag: "Stale", epoch, reason: notice._tag === "Silent" ? "silent" : "paused" })
    }
    if (notice._tag === "Heard") {
      this.#stale = false
      this.#reportFlow()
    }
  }

  /** Reports `Syncing` or `Live`, unless the session is stale. */
  #reportFlow(): void {
    const filters = this.#sent
    if (this.#stale || this.#phase !== "subscribed" || filters === undefined) return
    const { onStatus, epoch } = this.#config
    onStatus({ _tag: this.data.liveAt === undefined ? "Syncing" : "Live", epoch, filters })
  }

  #takeFrames(raws: Turn["frames"], at: Millis): void {
    const { writer, tap, guard } = this.#config
    const shown = tap?.take(raws.length)
    const last = raws.at(-1)
    if (last !== undefined) this.data.remember(last)
    for (let index = 0; index < raws.length; index++) {
      if (this.data.isDone && shown === undefined) return writer.frames(raws, index, at, guard)
      this.#takeFrame(raws[index]!, shown?.[index], at)
    }
  }

  #takeFrame(raw: string | Uint8Array, shown: Frame | undefined, at: Millis): void {
    const { writer, epoch, guard } = this.#config
    // A frame that waited while a later event was written gets the time of that event.
    const keeps = shown !== undefined && shown.at === writer.timeline.stamp(shown.at)
    const frame = keeps ? shown : writer.makeFrame(epoch, at, guard.clean(raw))
    if (this.#phase === "awaiting_ack") this.#accept(frame)
    writer.frame(frame)
    if (!this.data.isDone && this.data.check(frame)) this.#reportFlow()
  }

  /** The first frame means that the server accepted the connection, whether it is an ack or not. */
  #accept(frame: Frame): void {
    this.#phase = "subscribing"
    const first = frame.items[0]
    if (first?._tag === "Message" && first.message.action === "socket_connected") {
      this.#plan = first.message.plan ?? undefined
    }
    this.#config.writer.connected(this.#config.epoch, frame.at, this.#plan)
    for (const notice of this.#early) this.#notice(notice)
    this.#early = []
  }
}
