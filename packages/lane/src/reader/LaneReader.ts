/** The reader of one lane, with the records that the lane itself makes for it. */
import type { Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, withLast, withValue } from "@boltodds/sink"
import { isOutdated, isRestored } from "./GameLosses.ts"
import type { Loss } from "./Loss.ts"
import type { GameResnapshots, LostGame } from "./LostGame.ts"
import * as R from "./Reader.ts"
import { startOf } from "./streamControls.ts"

interface LaneReaderOptions<A> {
  /** The lane's own run. Default: empty. */
  readonly run?: string | undefined
  /** Makes the report of a loss. Absent: losses are not reported. */
  readonly notice: ((loss: Loss) => Envelope<A>) | undefined
  /** Absent: each loss is one of everything. */
  readonly sessions?: GameResnapshots<A>["sessions"] | undefined
  /** Called when the reader begins, or ceases, to lack something: for a later process. */
  readonly mark: (isLossy: boolean) => void
}

/**
 * Holds the state of the pure {@link R.Reader} and the records of the lane's own that are in flight: its reports and its
 * resnapshots, which are in no store.
 */
export class LaneReader<A> {
  readonly #notice: LaneReaderOptions<A>["notice"]
  readonly #sessions: LaneReaderOptions<A>["sessions"]
  readonly #mark: (isLossy: boolean) => void
  readonly #run: string
  #state: R.Reader
  /** Reports with the loss that each is about, and the records of a resnapshot. */
  readonly #own = new Map<Envelope<A>, Loss | undefined>()
  /** The unverified copies of envelopes: a batch that is tried again holds the same ones. */
  readonly #unverified = new WeakMap<Envelope<A>, Envelope<A>>()
  /** How many envelopes were made here. */
  made = 0
  /** How many resnapshots of the whole book were delivered whole. */
  resnapshots = 0
  /** How many games were delivered whole in resnapshots of single games. */
  gameResnapshots = 0

  constructor({ run = "", notice, sessions, mark }: LaneReaderOptions<A>) {
    this.#run = run
    this.#notice = notice
    this.#sessions = notice === undefined ? undefined : sessions
    this.#mark = mark
    this.#state = R.openReader(run, notice !== undefined)
  }

  /** It lacks more than single games. */
  get lacksEverything(): boolean {
    return this.#state.totalLoss !== "none"
  }

  /** It lacks single games, and can rely on everything else. */
  get lacksGames(): boolean {
    return R.lacksGames(this.#state)
  }

  /** A resnapshot could give it what it lacks. */
  get wantsResnapshot(): boolean {
    return R.wantsResnapshot(this.#state)
  }

  /** It lacks something, whether or not a resnapshot could bring it. */
  get isIncomplete(): boolean {
    return this.wantsResnapshot || this.#state.leftOut.size > 0
  }

  /** The games that it lacks. */
  get lostGames(): ReadonlyArray<LostGame> {
    return Array.from(this.#state.games.values(), ({ game }) => game)
  }

  /** When a report is due by itself; undefined where there is nothing to report. */
  get dueAt(): Millis | undefined {
    return R.dueAt(this.#state)
  }

  /** Whether the resnapshot in flight is history, or incomplete, by now. */
  get isResnapshotObsolete(): boolean {
    return R.isResnapshotObsolete(this.#state)
  }

  /** How many of the lane's own are in flight. */
  get inFlight(): number {
    return this.#own.size
  }

  /** The bytes of these. */
  get bytes(): number {
    let bytes = 0
    for (const envelope of this.#own.keys()) bytes += envelopeBytes(envelope)
    return bytes
  }

  /** Whether the lane made this itself, and it is in flight. */
  isOwn(envelope: Envelope<A>): boolean {
    return this.#own.has(envelope)
  }

  /** Whether a report must precede all else. */
  isReportDue(now: Millis): boolean {
    return R.isReportDue(this.#state, now)
  }

  /** These were lost. */
  onLoss(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    const sessions = this.#state.totalLoss === "none" ? this.#sessions?.() : undefined
    this.#become(R.onLoss(this.#state, reason, envelopes, sessions))
  }

  /** From this envelope on the reader is a new one, or may lack what an earlier process lost. */
  onNewReader(envelope: Envelope<A>, reason: "takeover" | "restart"): void {
    this.#become(R.onNewReader(this.#state, envelope, reason))
  }

  /** What was a loss of single games becomes one of everything. */
  loseEverything(): void {
    this.#become(R.loseEverything(this.#state))
  }

  /** The reports of all losses. */
  report(now: Millis): ReadonlyArray<Envelope<A>> {
    return this.#report(this.#state, now)
  }

  /** The reports of all losses, where one must precede all else. */
  dueReport(now: Millis): ReadonlyArray<Envelope<A>> {
    return this.isReportDue(now) ? this.report(now) : []
  }

  /** The batch with the reports that must precede it: at its head, or after the beginning of a stream. */
  before(envelopes: ReadonlyArray<Envelope<A>>, now: Millis): ReadonlyArray<Envelope<A>> {
    const start = this.lacksEverything ? startOf(envelopes) : -1
    const hasOwn = start !== -1 && envelopes.slice(start + 1).some((envelope) => this.isOwn(envelope))
    const { reader, at } = R.before(this.#state, start, hasOwn, now)
    if (at === undefined) return envelopes
    const reports = this.#report(reader, now)
    return reports.length === 0 ? envelopes : envelopes.toSpliced(at, 0, ...reports)
  }

  /** The reports that must follow the beginning of a stream, which was sent alone. */
  afterStart(now: Millis): ReadonlyArray<Envelope<A>> {
    const { reader, at } = R.before(this.#state, 0, false, now)
    return !this.lacksEverything || at === undefined ? [] : this.#report(reader, now)
  }

  /** A resnapshot of the whole book, or of these games, after the reports of all losses so far. */
  resnapshot(
    records: ReadonlyArray<Envelope<A>>,
    now: Millis,
    games: ReadonlyArray<LostGame> | undefined,
  ): ReadonlyArray<Envelope<A>> {
    const reports = this.report(now)
    this.#become(R.onResnapshot(this.#state, games))
    this.made += records.length
    for (const envelope of records) this.#own.set(envelope, undefined)
    return [...reports, ...records]
  }

  /** The resnapshot has been sent, whole or not. */
  onResnapshotDone(): void {
    const { resnapshot } = this.#state
    if (resnapshot?.isWhole === true) {
      if (resnapshot.games === undefined) this.resnapshots += 1
      else this.gameResnapshots += resnapshot.games.size
    }
    this.#become(R.onResnapshotDone(this.#state))
  }

  /** The destination never takes these records of a resnapshot. */
  onLeftOut(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#become(R.onLeftOut(this.#state, envelopes))
    this.#forget(envelopes)
  }

  /** These have arrived; returns those that are not the lane's own. */
  onDelivered(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const isReport = (envelope: Envelope<A>): boolean => {
      const loss = this.#own.get(envelope)
      return loss !== undefined && R.isOfEverything(loss)
    }
    const start = this.wantsResnapshot ? startOf(envelopes) : -1
    this.#become(R.onDelivered(this.#state, {
      reportsEverything: this.#own.size > 0 && envelopes.some(isReport),
      start: start === -1 ? undefined : {
        isOwn: this.isOwn(envelopes[start]!),
        isReportedAfter: envelopes.slice(start + 1).some(isReport),
      },
    }))
    return this.#forget(envelopes)
  }

  /** These did not arrive. The lane's own among them are made anew; returns the others. */
  onFailed(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#own.size === 0) return envelopes
    const own = envelopes.filter((envelope) => this.isOwn(envelope))
    if (own.length === 0) return envelopes
    const losses = own.map((envelope) => this.#own.get(envelope))
    const reports = losses.filter((loss) => loss !== undefined)
    this.#become(R.onFailed(this.#state, reports, reports.length < losses.length))
    return this.#forget(envelopes)
  }

  /** Whether a control says of a game that the reader lacks that it is verified. */
  isRestored(envelope: Envelope<A>): boolean {
    return isRestored(this.#state.games, envelope)
  }

  /** Whether some of these can be sent as `unverified` alone. */
  needMarks(envelopes: ReadonlyArray<Envelope<A>>): boolean {
    return this.lacksGames && envelopes.some((envelope) => this.#isOutdated(envelope))
  }

  /** Whether the reader of these must be kept from believing some of them. */
  areOutdated(envelopes: ReadonlyArray<Envelope<A>>): boolean {
    return this.lacksGames &&
      envelopes.some((envelope) => this.#isOutdated(envelope) || (!this.isOwn(envelope) && this.isRestored(envelope)))
  }

  /** As they are to be sent: `unverified` where they were made before a loss in their game, and are sent after it. */
  marked(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#state.games.size === 0) return envelopes
    return envelopes.map((envelope) => this.#isOutdated(envelope) ? this.#asUnverified(envelope) : envelope)
  }

  #isOutdated(envelope: Envelope<A>): boolean {
    return isOutdated(this.#state.games, this.#run, envelope) && !this.isOwn(envelope)
  }

  #asUnverified(envelope: Envelope<A>): Envelope<A> {
    const known = this.#unverified.get(envelope)
    if (known !== undefined || envelope._tag !== "Record") return known ?? envelope
    const marked = withValue(envelope, { ...envelope.value, unverified: true })
    this.#unverified.set(envelope, marked)
    return marked
  }

  #report(from: R.Reader, now: Millis): ReadonlyArray<Envelope<A>> {
    const notice = this.#notice
    if (notice === undefined) return []
    const { reader, losses } = R.report(from, now, this.#sessions?.() ?? [])
    // Made before the state changes: one that cannot be made leaves all of them to report.
    const reports = losses.map((loss, index) => {
      const isFollowed = loss.game !== undefined && loss.game === losses[index + 1]?.game
      return isFollowed ? withLast(notice(loss), false) : notice(loss)
    })
    this.#become(reader)
    reports.forEach((envelope, index) => this.#own.set(envelope, losses[index]))
    this.made += reports.length
    return reports
  }

  #become(next: R.Reader): void {
    const before = R.wantsResnapshot(this.#state)
    this.#state = next
    const after = R.wantsResnapshot(next)
    if (before !== after) this.#mark(after)
  }

  #forget(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#own.size === 0 ? envelopes : envelopes.filter((envelope) => !this.#own.delete(envelope))
  }
}
