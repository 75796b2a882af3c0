/** What the lane itself says: what was lost, and everything told again. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "../Envelope.ts"
import { joinLosses, type Loss, lossesOf } from "../Loss.ts"
import { bytesOf } from "../Store.ts"
import { startOf } from "./startOf.ts"

/** Between two `dropped` controls of one lane. */
const noticeMillis = 1_000

/** Remembers which losses the readers of a lane have not heard of, and what is on its way to tell them. */
export class Notices<A> {
  readonly #notice: ((loss: Loss) => Envelope<A>) | undefined
  /** For a later process. */
  readonly #mark: (isLossy: boolean) => void
  #isMarked = false
  /** By reason and run. */
  readonly #unsaid = new Map<string, Loss>()
  /** What is under way and in no store: notices, with the losses they tell of, and what is told again. */
  readonly #saying = new Map<Envelope<A>, Loss | undefined>()
  /** What was told last. */
  #told: ReadonlyArray<Loss> = []
  #saidAt = -Infinity
  /** Of what is told again nothing was lost on the way; and how many losses there were when it was made. */
  #isNewsWhole = false
  #newsLosses = 0
  /** The readers have been told that they do not know the whole: further losses are no hurry. */
  #areReadersAware = false
  #isLossy = false
  /** How often something was lost. */
  losses = 0
  /** How many envelopes were made here. */
  made = 0
  /** How many resnapshots were delivered whole. */
  resnapshots = 0
  /** The destination will never take some records of the last resnapshot. */
  #hasHole = false

  constructor(notice: ((loss: Loss) => Envelope<A>) | undefined, mark: (isLossy: boolean) => void) {
    this.#notice = notice
    this.#mark = mark
  }

  /** Something was lost since the readers were last told everything: they cannot know the whole any more. */
  get isLossy(): boolean {
    return this.#isLossy
  }

  /** The readers lack something, whether or not a resnapshot could mend it. */
  get isIncomplete(): boolean {
    return this.#isLossy || this.#hasHole
  }

  /** How many of them are under way. */
  get underWay(): number {
    return this.#saying.size
  }

  get bytes(): number {
    let bytes = 0
    for (const envelope of this.#saying.keys()) bytes += bytesOf(envelope)
    return bytes
  }

  /** When the next notice is due by itself: undefined while there is nothing to tell. */
  get dueAt(): Millis | undefined {
    return this.#unsaid.size === 0 ? undefined : this.#saidAt + noticeMillis
  }

  /** The readers are owed the news of a loss. */
  owe(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (envelopes.length === 0) return
    this.losses += 1
    this.#lose()
    if (this.#notice !== undefined) { for (const loss of lossesOf(reason, envelopes)) this.#unsay(loss) }
  }

  /**
   * From this envelope on the readers know less than one would think: there is a new one, to whom nothing was told before
   * (`takeover`), or an earlier process did not come to tell them of a loss (`restart`).
   */
  begin({ seq, at, session, epoch, run }: Envelope<A>, reason: "takeover" | "restart"): void {
    this.losses += 1
    this.#lose()
    this.#areReadersAware = false
    if (this.#notice === undefined) return
    const lastSeq = Math.max(0, seq - 1)
    const numbers = { count: 0, firstSeq: Math.min(1, lastSeq), lastSeq }
    this.#unsay({ reason, ...run === undefined ? {} : { run }, ...numbers, at, session, epoch })
  }

  /**
   * What the readers must hear before anything else: all losses where they believe that they know the whole, since nothing
   * may arrive behind a hole that they have not heard of; otherwise those that are due.
   */
  takeDue(now: Millis): ReadonlyArray<Envelope<A>> {
    return this.isDue(now) ? this.take(now) : []
  }

  /** Whether {@link takeDue} has something to say. */
  isDue(now: Millis): boolean {
    const due = this.dueAt
    return due !== undefined && (!this.#areReadersAware || now >= due)
  }

  /**
   * What must be told behind a `stream_started` that was waiting: it makes readers forget that they do not know the whole.
   */
  takeBehindStart(now: Millis): ReadonlyArray<Envelope<A>> {
    if (!this.isLossy) return []
    this.#oweAgain()
    return this.take(now)
  }

  /** The notices of all losses that have not been told. */
  take(now: Millis): ReadonlyArray<Envelope<A>> {
    const notice = this.#notice
    if (notice === undefined) return []
    const losses = [...this.#unsaid.values()]
    // All or nothing: one that cannot be made must not leave others counted in part.
    const notices = losses.map(notice)
    if (losses.length === 0) return []
    this.#saidAt = now
    this.#areReadersAware = true
    notices.forEach((envelope, index) => this.#saying.set(envelope, losses[index]))
    this.#told = losses
    this.#unsaid.clear()
    this.made += notices.length
    return notices
  }

  /** Everything, told again: it follows upon the news of all losses so far. */
  takeNews(told: ReadonlyArray<Envelope<A>>, now: Millis): ReadonlyArray<Envelope<A>> {
    const notices = this.take(now)
    this.#isNewsWhole = true
    this.#hasHole = false
    this.#newsLosses = this.losses
    this.made += told.length
    for (const envelope of told) this.#saying.set(envelope, undefined)
    return [...notices, ...told]
  }

  /** The news has been delivered. Where it was whole, and nothing was lost since, all is well, for a later process too. */
  arrived(): void {
    if (this.#isNewsWhole) this.resnapshots += 1
    if (!this.#isNewsWhole || this.losses !== this.#newsLosses || this.#unsaid.size > 0) return
    this.#isLossy = false
    this.#areReadersAware = false
    if (this.#isMarked) this.#mark(false)
    this.#isMarked = false
  }

  /**
   * The destination will never take these records of a resnapshot. They are not told again: their lines are unknown to its
   * readers, who do not believe anything of them.
   */
  forgo(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#hasHole = true
    this.#forget(envelopes)
  }

  /** Whether this is something that the lane itself says. */
  says(envelope: Envelope<A>): boolean {
    return this.#saying.has(envelope)
  }

  /** These have arrived; gives what of them the lane does not say itself. */
  heard(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const start = this.#isLossy ? startOf(envelopes) : -1
    if (start === -1) return this.#forget(envelopes)
    // From there on readers believe that they know the whole, whatever they were told of losses before.
    const isToldBehind = envelopes.slice(start + 1).some((envelope) => this.#saying.get(envelope) !== undefined)
    if (!isToldBehind) this.#areReadersAware = false
    // Everything told again makes it so; the beginning of another stream does not.
    if (!isToldBehind && !this.#saying.has(envelopes[start]!)) this.#oweAgain()
    return this.#forget(envelopes)
  }

  /** What the lane itself says among these did not arrive, and will be said anew; gives the others. */
  takeBack(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#saying.size === 0) return envelopes
    let hasNews = false
    for (const envelope of envelopes) {
      if (!this.#saying.has(envelope)) continue
      const loss = this.#saying.get(envelope)
      if (loss !== undefined) this.#unsay(loss)
      hasNews ||= loss === undefined
      this.#lose()
      this.#areReadersAware = false
    }
    // A part of the news may have arrived, its `stream_started` with it: of the hole that is left nobody has heard.
    if (hasNews) this.#oweAgain()
    if (hasNews) this.#isNewsWhole = false
    // What is left of it would be told for nothing: all of it is told again.
    if (hasNews) this.losses += 1
    return this.#forget(envelopes)
  }

  #forget(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#saying.size === 0 ? envelopes : envelopes.filter((envelope) => !this.#saying.delete(envelope))
  }

  #lose(): void {
    this.#isLossy = true
    if (this.#isMarked) return
    this.#isMarked = true
    this.#mark(true)
  }

  /** What was told last is to be told again, where nothing newer is. */
  #oweAgain(): void {
    if (this.#unsaid.size === 0) this.#told.forEach((loss) => this.#unsay(loss))
  }

  #unsay(loss: Loss): void {
    const key = `${loss.reason}\u0000${loss.run ?? ""}`
    this.#unsaid.set(key, joinLosses(loss, this.#unsaid.get(key)))
  }
}
