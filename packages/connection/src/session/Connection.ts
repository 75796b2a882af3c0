/** One connection, from the open link to its end: reads, subscribes, and carries out what its watch decides. */
import {
  decodeFrame,
  type DisconnectReason,
  type FilterMatch,
  type Filters,
  type Frame,
  makeFrame,
  matchFilters,
  type Millis,
  subscribeMessage,
} from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Status } from "./Status.ts"
import type { NotUnderstood, OutsideFilters } from "./Diagnosis.ts"
import type { Link, LinkClosed, Turn } from "../transport/Transport.ts"
import * as Watch from "./Watch.ts"
import { isData, notUnderstood, serverErrors, sift } from "./judgeFrame.ts"
import type { KeyGuard } from "../key/KeyGuard.ts"
import { scrub } from "../key/scrub.ts"
import type { FrameTap } from "./FrameTap.ts"
import type { EventWriter } from "./EventWriter.ts"

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
  readonly teller: EventWriter
  readonly filters: () => Filters
  readonly onStatus: (status: Status) => void
  /** Looks at the clocks before anything is made of a moment; may end this connection. */
  readonly look: () => Millis
}

const mostErrors = 10
/** A server that says why it closes says it in a short text. */
const longestLastWords = 1024
const longestSample = 200
/** Frames up to here, in bytes, are decoded once: for the first look and for whoever comes after. */
const mostLookedInto = 1024 * 1024

/** A connection. Everything but `read` and `subscribe` is synchronous, so nothing comes between its steps. */
export class Connection {
  readonly openedAt: Millis
  /** Completed when it is over. */
  readonly over: Deferred.Deferred<DisconnectReason>
  readonly #config: ConnectionConfig
  #phase: "awaiting_ack" | "subscribing" | "subscribed" | "over" = "awaiting_ack"
  #watch: Watch.Watch
  /** A subscription is on its way to the link. */
  #sending = false
  /** The filters that were sent. */
  #sent: Filters | undefined
  #plan: string | undefined
  #subscribedAt: Millis | undefined
  /** How long we had not read by then. */
  #unreadBefore = 0
  #liveAt: Millis | undefined
  /** Told as stale, and not yet as heard. */
  #stale = false
  /** What is to be told once the server has accepted: before, there is no epoch to tell it in. */
  #untold: ReadonlyArray<Watch.WatchNotice> = []
  #errors: Array<string> = []
  #notUnderstood: NotUnderstood | undefined
  /** What they let through. */
  #match: FilterMatch | undefined
  #outside: OutsideFilters | undefined
  /** The last frame, if it is short enough to say why the server closes. */
  #lastShort: string | Uint8Array | undefined
  /** Data within the filters has come: frames are not looked into any more. */
  #fruitful = false
  /** The length of the frames that were looked into. */
  #lookedInto = 0

  constructor(config: ConnectionConfig) {
    this.#config = config
    this.openedAt = config.openedAt
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
   * How long we have listened since the newest filters were sent; undefined once it is over, and while we do not read or
   * what we read may have waited: what has not come may just not have been read.
   */
  listenedMillis(at: Millis): number | undefined {
    if (this.#phase === "over" || this.#subscribedAt === undefined || this.#watch.behind !== undefined) return undefined
    return at - this.#subscribedAt - (this.#watch.unread - this.#unreadBefore)
  }
  /** When the first data came. */
  get liveAt(): Millis | undefined {
    return this.#liveAt
  }
  /** What the server said went wrong, before the first data; without the key. */
  get errors(): ReadonlyArray<string> {
    return this.#errors
  }
  /** Why it ended, in the server's words: where data came, what its last frame says; without the key. */
  get lastErrors(): ReadonlyArray<string> {
    if (this.#liveAt === undefined) return this.#errors
    const last = this.#lastShort
    if (last === undefined) return []
    return serverErrors(decodeFrame(last)).map((text) => scrub(text, this.#config.secret))
  }
  /** What came before the first data and made no sense. */
  get notUnderstood(): NotUnderstood | undefined {
    return this.#notUnderstood
  }
  /** Data that came though nobody asked for it, while none came that was asked for. */
  get outside(): OutsideFilters | undefined {
    return this.#fruitful ? undefined : this.#outside
  }
  get isOver(): boolean {
    return this.#phase === "over"
  }
  /** When `passTime` next has something to say. */
  get dueAt(): Millis {
    return this.#phase === "over" ? Infinity : Watch.dueAt(this.#watch)
  }
  /** Whether a `Paused` may yet be told with a time before now: no Tick may come before it. */
  get mayTellPause(): boolean {
    return this.#phase !== "over" && Watch.mayReportPause(this.#watch)
  }

  /** Reads until the link ends. Stops while the consumer has enough to do. */
  get read(): Effect.Effect<never, LinkClosed> {
    const { link, teller, look } = this.#config
    const next: Effect.Effect<never, LinkClosed> = Effect.flatMap(link.pull, (turn) => {
      const at = look()
      if (this.#phase === "over") return Effect.never
      this.#carryOut(Watch.onTurn(this.#watch, at, turn.frames.length, turn.pong), turn, at)
      teller.flush()
      return this.#phase === "subscribing" ? Effect.flatMap(this.#send, () => goOn) : goOn
    })
    const goOn = Effect.suspend(() => teller.queue.full ? stop : next)
    const stop = Effect.suspend(() => {
      this.#watch = Watch.onStop(this.#watch, teller.timeline.now())
      return Effect.flatMap(teller.queue.room, () => {
        const at = look()
        if (this.#phase === "over") return Effect.never
        this.#carryOut(Watch.onResume(this.#watch, at))
        teller.flush()
        return next
      })
    })
    return next
  }

  /** Sends the filters as they are now, where the server is ready for them; otherwise they follow its ack. */
  get subscribe(): Effect.Effect<void> {
    return Effect.suspend(() => {
      // Who is sending looks again for newer filters when it is done.
      const isDue = this.#phase === "subscribed" && !this.#sending && this.#sent !== this.#config.filters()
      // A link that is closed says so to its reader too.
      return isDue ? Effect.uninterruptible(Effect.ignore(this.#send)) : Effect.void
    })
  }

  /** Time went by. */
  passTime(at: Millis): void {
    if (this.#phase === "over") return
    this.#carryOut(Watch.onTime(this.#watch, at, this.#config.link.receivedBytes?.()))
  }

  /** Something comes that will wait: that we do not read is told before it is shown to anyone. */
  tellStop(at: Millis): void {
    if (this.#watch.stoppedAt !== undefined) this.passTime(at)
  }

  /** Nothing at all ran between these times. */
  stalled(from: Millis, at: Millis): void {
    if (this.#phase === "over") return
    this.#carryOut(Watch.onStall(this.#watch, from, at))
  }

  /** Ends it for a new snapshot. The reason quotes the server, who knows the key. */
  resync(reason: string): void {
    this.end({ kind: "resync", detail: scrub(reason, this.#config.secret, longestSample) })
  }

  /** Ends it, at once for the consumer: nothing of it is told after this. */
  end(reason: DisconnectReason): void {
    if (this.#phase === "over") return
    const { teller, tap } = this.#config
    const accepted = this.#phase !== "awaiting_ack"
    this.#phase = "over"
    tap?.close()
    if (accepted) teller.disconnected(teller.timeline.now(), reason)
    teller.flush()
    Deferred.doneUnsafe(this.over, Effect.succeed(reason))
  }

  /** Sends the newest filters; again where they were replaced meanwhile. */
  get #send(): Effect.Effect<void, LinkClosed> {
    const { link, teller, filters: newest } = this.#config
    const send: Effect.Effect<void, LinkClosed> = Effect.suspend(() => {
      if (this.#phase === "over") return Effect.void
      const filters = newest()
      const at = teller.timeline.now()
      this.#sending = true
      this.#sent = filters
      this.#phase = "subscribed"
      this.#subscribedAt = at
      this.#unreadBefore = this.#watch.unread
      this.#match = matchFilters(filters)
      this.#outside = undefined
      // Before it is sent: what answers it must not be told ahead of it.
      teller.subscribed(at, filters)
      teller.flush()
      return Effect.flatMap(link.send(subscribeMessage(filters)), () => {
        this.#tellFlow()
        if (newest() !== filters) return send
        this.#sending = false
        return Effect.void
      })
    })
    return send
  }

  #carryOut(verdict: Watch.WatchDecision, turn?: Turn, at: Millis = 0): void {
    this.#watch = verdict.watch
    for (const notice of verdict.before) this.#notice(notice)
    if (turn !== undefined) this.#takeFrames(turn.frames, at)
    for (const notice of verdict.after) this.#notice(notice)
    if (verdict.ping !== undefined) this.#config.link.ping?.(verdict.ping)
    if (verdict.end !== undefined) this.end(verdict.end)
  }

  #notice(notice: Watch.WatchNotice): void {
    const { teller, onStatus, epoch } = this.#config
    if (this.#phase === "awaiting_ack") {
      // What is over again before the server accepts touches nothing that is told.
      this.#untold = notice._tag === "Heard" ? [] : [...this.#untold, notice]
      return
    }
    teller.notice(notice)
    if (notice._tag === "Silent" || notice._tag === "Paused") {
      this.#stale = true
      onStatus({ _tag: "Stale", epoch, reason: notice._tag === "Silent" ? "silent" : "paused" })
    }
    if (notice._tag === "Heard") {
      this.#stale = false
      this.#tellFlow()
    }
  }

  /** What comes while the session is stale makes it neither syncing nor live. */
  #tellFlow(): void {
    const filters = this.#sent
    if (this.#stale || this.#phase !== "subscribed" || filters === undefined) return
    const { onStatus, epoch } = this.#config
    onStatus({ _tag: this.#liveAt === undefined ? "Syncing" : "Live", epoch, filters })
  }

  #takeFrames(raws: Turn["frames"], at: Millis): void {
    const { teller, tap, guard } = this.#config
    const shown = tap?.take(raws.length)
    const last = raws.at(-1)
    if (last !== undefined) this.#lastShort = last.length <= longestLastWords ? last : undefined
    for (let index = 0; index < raws.length; index++) {
      if (this.#fruitful && shown === undefined) return teller.frames(raws, index, at, guard)
      this.#takeFrame(raws[index]!, shown?.[index], at)
    }
  }

  #takeFrame(raw: string | Uint8Array, shown: Frame | undefined, at: Millis): void {
    const { teller, epoch, guard } = this.#config
    // One that waited behind an event made later gets that one's time.
    const known = shown !== undefined && shown.at === teller.timeline.stamp(shown.at)
    const frame = known ? shown : teller.makeFrame(epoch, at, guard.clean(raw))
    if (this.#phase === "awaiting_ack") this.#accept(frame)
    teller.frame(frame)
    if (!this.#fruitful) this.#judge(this.#lookInto(frame))
  }

  /** A frame keeps what was decoded of it. Beyond a bound it is decoded once more instead, or all that waits would be. */
  #lookInto(frame: Frame): Frame {
    this.#lookedInto += frame.raw.length
    return this.#lookedInto <= mostLookedInto ? frame : makeFrame(frame.session, frame.epoch, frame.at, frame.raw)
  }

  /** The first frame says that the server accepted us, ack or not. */
  #accept(frame: Frame): void {
    this.#phase = "subscribing"
    const first = frame.items[0]
    if (first?._tag === "Message" && first.message.action === "socket_connected") {
      this.#plan = first.message.plan ?? undefined
    }
    this.#config.teller.connected(this.#config.epoch, frame.at, this.#plan)
    for (const notice of this.#untold) this.#notice(notice)
    this.#untold = []
  }

  /** Until the first data that was asked for, frames are looked into; they are decoded once, for whoever comes after. */
  #judge(frame: Frame): void {
    if (this.#liveAt === undefined) this.#awaitData(frame)
    if (this.#liveAt === undefined || this.#match === undefined) return
    const sifted = this.#match.isOpen ? "within" : sift(frame, this.#match)
    if (sifted === "within") this.#fruitful = true
    else if (sifted !== undefined) {
      this.#outside = { ...sifted, ...this.#outside, messages: (this.#outside?.messages ?? 0) + sifted.messages }
    }
  }

  #awaitData(frame: Frame): void {
    for (const text of serverErrors(frame.items)) {
      if (this.#errors.length < mostErrors) this.#errors.push(scrub(text, this.#config.secret))
    }
    if (!isData(frame)) return this.#wonder(frame)
    this.#liveAt = frame.at
    this.#tellFlow()
  }

  #wonder(frame: Frame): void {
    const texts = notUnderstood(frame)
    if (texts.length === 0) return
    const known = this.#notUnderstood
    this.#notUnderstood = {
      messages: (known?.messages ?? 0) + texts.length,
      first: known?.first ?? scrub(texts[0]!, this.#config.secret, longestSample),
    }
  }
}
