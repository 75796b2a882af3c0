/** The events a consumer may receive, and their order: checked against the observed behavior of the session. */
import type { FeedEvent } from "@boltodds/protocol"
import type { FrameFact } from "./Observation.ts"
import { promised } from "./sessionDocument.ts"

/** Something that was observed, and must be reported. */
export type Due =
  | { readonly tag: "Connected"; readonly at: number }
  | {
    readonly tag: "Frame"
    readonly at: number
    readonly fact: FrameFact
    readonly raw: string
    readonly waited: number
  }
  | { readonly tag: "Subscribed"; readonly at: number; readonly text: string }
  | { readonly tag: "Disconnected"; readonly at: number; readonly kind: string | undefined; readonly from: number }
  | { readonly tag: "Silent" | "Paused" | "Heard"; readonly at: number }

type Dated = Due & { readonly instant: number; isOptional?: boolean }

const eventBytes = 200

/** The events of one session. */
export class EventModel {
  /** The epoch of the last connection that was reported. */
  epoch = 0
  #connected = false
  #at = -Infinity
  #silent = false
  #paused = false
  #resumed = false
  #due: Array<Dated> = []
  #head = 0
  /** Of frames that nobody has taken yet. */
  waitingBytes = 0
  readonly #broken: (rule: string, detail?: string) => void
  /** Frames shown ahead of the stream, that it has not given yet. */
  #shown: Array<FeedEvent> = []
  readonly #isShown: boolean
  /** Subscriptions that were reported, and not yet observed to be sent. */
  #ahead: Array<string> = []
  /** `Heard` was reported before the status, which comes with the subscription. */
  #heardAhead = false
  readonly jumps: Array<number> = []

  constructor(isShown: boolean, broken: (rule: string, detail?: string) => void) {
    this.#isShown = isShown
    this.#broken = broken
  }

  expect(due: Due, instant: number): void {
    if (due.tag === "Heard" && this.#heardAhead) {
      this.#heardAhead = false
      return
    }
    if (due.tag === "Subscribed" && this.#ahead.length > 0) {
      const text = this.#ahead.shift()!
      if (text !== due.text) this.#broken("Subscribed has the filters that were sent", `${text} for ${due.text}`)
      return
    }
    this.#due.push({ ...due, instant })
    if (due.tag === "Frame") this.waitingBytes += due.raw.length + eventBytes
  }

  /** What was read in the instant of the end may be left out. */
  connectionEnds(instant: number): void {
    for (let index = this.#due.length - 1; index >= this.#head; index--) {
      const due = this.#due[index]!
      if (due.instant !== instant) return
      if (due.tag !== "Frame" || due.isOptional === true) continue
      due.isOptional = true
      this.waitingBytes -= due.raw.length + eventBytes
    }
  }

  /** The last connection was never reported, and neither are its frames. */
  neverBegan(): void {
    const reported = new Set(this.#due.flatMap((due) => due.tag === "Frame" ? [due.raw] : []))
    this.#shown = this.#shown.filter((frame) => frame._tag === "Frame" && reported.has(frame.raw as string))
  }

  shown(frame: FeedEvent): void {
    this.#shown.push(frame)
  }

  /** What may wait at most: Ticks included, and frames that may be left out. */
  get mostWaiting(): number {
    let bytes = this.waitingBytes + (this.#due.length - this.#head + 3) * eventBytes * 2
    for (let index = this.#head; index < this.#due.length; index++) {
      const due = this.#due[index]!
      if (due.tag === "Frame" && due.isOptional === true) bytes += due.raw.length
    }
    return bytes
  }

  /** Whether everything that must be reported was. */
  get isComplete(): boolean {
    return this.#head === this.#due.length
  }
  get nextDue(): string | undefined {
    return this.#due[this.#head]?.tag
  }

  /** Whether a subscription was reported that was not sent. */
  get isAhead(): boolean {
    return this.#ahead.length > 0 || this.#heardAhead
  }

  /** The consumer got these. */
  take(events: ReadonlyArray<FeedEvent>, session: string, now: number): void {
    for (const event of events) this.#take(event, session, now)
  }

  #take(event: FeedEvent, session: string, now: number): void {
    const broken = this.#broken
    if (event.session !== session) broken("an event carries its session's name", event.session)
    if (event.at < this.#at) broken("time of events never goes back", `${event._tag} at ${event.at} after ${this.#at}`)
    if (event.at > now) broken("no event is of the future", `${event._tag} at ${event.at}, now ${now}`)
    const before = this.#at
    this.#at = event.at
    if (event._tag === "Tick") {
      if (event.epoch !== this.epoch) broken("a Tick has the epoch of the last connection", `${event.epoch}`)
      if (event.wall !== event.at) {
        if (Math.abs(event.wall - event.at) <= promised.clockJump) broken("only jumps are reported by Ticks")
        this.jumps.push(event.wall - event.at)
      }
      return
    }
    if (event._tag === "Connected") {
      if (this.#connected) broken("exactly one Disconnected ends an epoch", "a Connected without one")
      if (event.epoch !== this.epoch + 1) broken("epochs count up by one from 1", `${event.epoch} after ${this.epoch}`)
      this.epoch = event.epoch
      this.#connected = true
      this.#silent = this.#paused = this.#resumed = false
    } else {
      if (event.epoch !== this.epoch) broken("nothing of another epoch is reported", `${event._tag} ${event.epoch}`)
      if (!this.#connected) broken("nothing of an epoch is reported before its Connected or after its end", event._tag)
    }
    if (event._tag === "Resumed") {
      if (!this.#paused || this.#resumed) broken("Resumed follows one Paused")
      this.#resumed = true
      return
    }
    if (event._tag === "Subscribed" && !this.#due.some(({ tag }) => tag === "Subscribed")) {
      this.#ahead.push(`{"action":"subscribe","filters":${JSON.stringify(event.filters)}}`)
      return
    }
    if (event._tag === "Heard" && this.#paused && !this.#due.some(({ tag }) => tag === "Heard")) {
      this.#heardAhead = true
      this.#paused = this.#resumed = this.#silent = false
      return
    }
    if (event._tag === "Disconnected") {
      this.#ahead = []
      this.#heardAhead = false
    }
    const due = this.#match(event)
    if (due === undefined) return
    switch (event._tag) {
      case "Frame":
        if (due.tag !== "Frame") return
        if (this.#isShown) this.#compare(this.#shown.shift(), event)
        if (due.isOptional !== true) this.waitingBytes -= due.raw.length + eventBytes
        if (event.raw !== due.raw) {
          broken("frames come as they were sent, in their order", `${event.raw} for ${due.raw}`)
        }
        if (due.waited >= promised.stalePause + 1 && !(this.#paused && this.#resumed)) {
          broken("what waited for us longer than 5 s is marked as old", `it waited ${due.waited} ms`)
        }
        if (event.at !== Math.max(before, due.at) && !this.#isShown) {
          broken("a frame has the time it was read", `${event.at} for ${due.at}`)
        }
        return
      case "Silent":
        if (this.#silent) broken("`Silent` is reported once until `Heard`")
        this.#silent = true
        break
      case "Paused":
        if (this.#paused && !this.#resumed) broken("Paused is reported once until Resumed")
        this.#paused = true
        this.#resumed = false
        // What onFrame was shown since then has a later time, which is not to go back.
        if (event.at > Math.max(due.at + (this.#isShown ? promised.pauseNotice : 0), before)) {
          broken("Paused has the time at which it began", `${event.at} for ${due.at}`)
        }
        return
      case "Heard":
        if (!this.#silent && !this.#paused) broken("`Heard` follows `Silent` or `Paused`")
        if (this.#paused && !this.#resumed) broken("`Resumed` comes before the `Heard` of a pause")
        this.#silent = this.#paused = this.#resumed = false
        break
      case "Subscribed":
        if (
          due.tag === "Subscribed" && due.text !== `{"action":"subscribe","filters":${JSON.stringify(event.filters)}}`
        ) {
          broken("Subscribed has the filters that were sent", `${JSON.stringify(event.filters)} for ${due.text}`)
        }
        break
      case "Disconnected":
        this.#connected = false
        this.#shown = this.#shown.filter(({ epoch }) => epoch > event.epoch)
        if (due.tag === "Disconnected") {
          if (due.kind !== undefined && due.kind !== event.reason.kind) {
            broken("Disconnected has the reason", `${event.reason.kind} for ${due.kind}`)
          }
          if (event.at < due.from) broken("Disconnected has the time of the end", `${event.at} for ${due.at}`)
        }
        if (event.at > due.at) broken("Disconnected has the time of the end", `${event.at} for ${due.at}`)
        return
    }
    // What onFrame was shown while the link opened has the time of then.
    if (this.#isShown && event._tag === "Connected" && event.at <= due.at) return
    if (event.at !== Math.max(before, due.at)) {
      broken("an event has the time at which it happened", `${event._tag} ${event.at} for ${due.at}`)
    }
  }

  /** The stream gives the same frames as onFrame, unless they waited while something later was reported. */
  #compare(shown: FeedEvent | undefined, given: FeedEvent): void {
    const later = shown?._tag === "Frame" && given._tag === "Frame" && shown.raw === given.raw && shown.at < given.at
    if (shown !== given && !later) this.#broken("the stream gives the frames that onFrame was shown")
  }

  /**
   * What is due, for an event. Of one instant a notice may come before or after what it is about; all else keeps its
   * order, and nothing is left out but what was read in the very instant in which the connection ended.
   */
  #match(event: FeedEvent): Dated | undefined {
    const due = this.#due
    let at = this.#head
    const isNotice = event._tag === "Silent" || event._tag === "Heard" || event._tag === "Paused"
    const first = due[at]
    while (at < due.length && due[at]!.tag !== event._tag) {
      const skipped = due[at]!
      const skippedNotice = skipped.tag === "Silent" || skipped.tag === "Paused" ||
        (skipped.tag === "Heard" && !this.#paused)
      // The `Heard` of a pause comes after everything that waited; if the server has just accepted, before we subscribe.
      const mayPass = isNotice && (!(event._tag === "Heard" && this.#paused) || skipped.tag === "Subscribed")
      const mayWait = skipped.instant === first!.instant && (skippedNotice || mayPass)
      if (!mayWait && event._tag !== "Disconnected") break
      at++
    }
    const found = due[at]
    if (found?.tag !== event._tag) {
      this.#broken(
        "only what happened is reported, in its order",
        `${event._tag} ${event.epoch} where ${first?.tag ?? "nothing"} is due`,
      )
      return undefined
    }
    if (event._tag === "Disconnected") {
      for (const skipped of due.slice(this.#head, at)) {
        if (skipped.instant !== found.instant) this.#broken("everything read before the end is reported", skipped.tag)
        if (skipped.tag === "Frame" && skipped.isOptional !== true) {
          this.waitingBytes -= skipped.raw.length + eventBytes
        }
      }
      this.#head = at
    }
    due.splice(at, 1)
    if (this.#head > 200) {
      due.splice(0, this.#head)
      this.#head = 0
    }
    return found
  }
}
