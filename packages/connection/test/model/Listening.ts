/**
 * How long a connection was read, and nothing came. Time without reading is no silence;
 * how much of it the session could know of is not certain to the millisecond, so ages are kept as a least and a most.
 */

import { promised } from "./sessionDocument.ts"

/** An age between two bounds, in milliseconds of listening. */
export class Age {
  least = 0
  most = 0

  reset(): void {
    this.least = 0
    this.most = 0
  }
  copy(other: Age): void {
    this.least = other.least
    this.most = other.most
  }
  listened(millis: number): void {
    this.least += millis
    this.most += millis
  }
  /**
   * The process was held up. From 2 s between two looks on, a session must count that as not listening, from its last
   * look on, which was up to a second before.
   */
  stalled(millis: number): void {
    this.least = millis < 1000 ? this.least + millis : Math.max(0, this.least - 1000)
    if (millis < 2000) this.most += millis
  }
}

/** From here on, so many new bytes are certainly noticed; that is twice what is needed for it. */
const noticedBytes = 2048

/** The model's ear on one connection. */
export class Listening {
  readonly open = new Age()
  readonly heard = new Age()
  /** Since any byte. */
  readonly anyByte = new Age()
  /** Since enough bytes for anyone to notice. */
  readonly progress = new Age()
  readonly sincePing = new Age()
  /** The pings without an answer, the oldest first. */
  #unanswered: Array<{ readonly number: number; readonly age: Age; heardSince: boolean }> = []
  readonly sinceAsked = new Age()
  readonly #half = new Age()
  #bytes = 0
  /** The newest ping sent, and the newest answer read. */
  ping = 0
  pong = 0
  /** Whether the newest answer came soon enough to prove that there is no backlog: perhaps, and certainly. */
  mayProve = false
  proves = false
  /** It was not certain whether the newest answer came soon enough. */
  isUnsure = false
  /** How long we have not read, without a break; undefined while we read. */
  stoppedFor: number | undefined
  /** Since a backlog waits: from the stop on, in all time. */
  behindFor: number | undefined
  /** The answer that ends that; undefined until it can be known. */
  needs: number | undefined
  /** Without pings: since nothing ran for a while; what waited outside of the process may still be on its way to it. */
  handing: Age | undefined

  #all(): ReadonlyArray<Age> {
    return [this.open, this.heard, this.anyByte, this.progress, this.sincePing, this.sinceAsked, this.#half]
      .concat(this.#unanswered.map(({ age }) => age))
  }

  passed(millis: number): void {
    if (this.behindFor !== undefined) this.behindFor += millis
    this.handing?.listened(millis)
    this.#hand()
    if (this.stoppedFor !== undefined) this.stoppedFor += millis
    else for (const age of this.#all()) age.listened(millis)
  }

  /** By then all that waited outside has certainly come, where we read. */
  #hand(): void {
    if (this.stoppedFor !== undefined || this.handing === undefined) return
    if (this.handing.least <= promised.pauseNotice + promised.tick + 1) return
    // What the session may have seen nothing of ends nothing.
    if (this.handing.most !== Infinity) this.behindFor = undefined
    this.handing = undefined
  }

  /** Nothing ran for this long, and no ping shows what has waited since. */
  heldUp(millis: number): void {
    const isCertain = millis >= promised.stall
    if (!isCertain && millis < promised.stall - promised.tick) return this.handing?.listened(millis)
    // Where two looks were not far enough apart the session has seen nothing of it.
    const most = isCertain ? 0 : this.handing === undefined ? Infinity : this.handing.most + millis
    this.handing = new Age()
    this.handing.most = most
  }

  /** Whether all that waited outside may have come. */
  get mayBeHanded(): boolean {
    return this.handing === undefined || this.handing.most >= promised.pauseNotice
  }

  stalled(millis: number): void {
    if (this.behindFor !== undefined) this.behindFor += millis
    if (this.stoppedFor !== undefined) this.stoppedFor += millis
    else for (const age of this.#all()) age.stalled(millis)
  }

  received(bytes: number): void {
    this.anyByte.reset()
    const before = this.#bytes
    this.#bytes += bytes
    if (before < noticedBytes / 2) this.#half.reset()
    if (this.#bytes >= noticedBytes) {
      this.progress.copy(this.#half)
      this.#bytes = 0
    }
  }

  frames(): void {
    this.heard.reset()
    this.progress.reset()
    for (const ping of this.#unanswered) if (ping.age.most > 0) ping.heardSince = true
  }

  /** A ping went out; `anew`: after a time in which we did not read, in which answers may wait as well. */
  pinged(number: number, anew: boolean): void {
    this.ping = number
    this.sincePing.reset()
    if (anew) this.#unanswered = []
    this.#unanswered.push({ number, age: new Age(), heardSince: false })
  }

  ponged(number: number): void {
    if (number <= this.pong) return
    this.pong = number
    const answered = this.#unanswered.find((ping) => ping.number === number)?.age
    this.mayProve = answered === undefined || answered.least < promised.lag
    this.proves = answered !== undefined && answered.most < promised.lag
    this.#unanswered = this.#unanswered.filter((ping) => ping.number > number)
  }

  /** The ping that has waited longest for its answer, and whether frames came since. */
  get waits(): { readonly age: Age; readonly heardSince: boolean } | undefined {
    return this.#unanswered[0]
  }
}
