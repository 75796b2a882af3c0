/** What the lane itself says: what was lost, and everything told again. */
import type { Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, withLast } from "@boltodds/sink"
import { joinLosses, type Loss, lossesOf } from "./Loss.ts"
import type { GameResnapshots, LostGame } from "./LostGame.ts"
import { lossScope, lostGameId } from "./lossScope.ts"
import { divide, isOfAnotherRun, LostGames, mayMove } from "./LostGames.ts"
import { startOf } from "./startOf.ts"

/** Between two `dropped` controls of one lane. */
const noticeMillis = 1_000

interface NoticeOptions<A> {
  /** The lane's own run. What a store holds of another one is from an earlier process. */
  readonly run?: string | undefined
  readonly notice: ((loss: Loss) => Envelope<A>) | undefined
  /** Absent: each loss is one of everything. */
  readonly sessions?: GameResnapshots<A>["sessions"] | undefined
  /** For a later process. */
  readonly mark: (isLossy: boolean) => void
}

/** Remembers which losses the readers of a lane have not heard of, and what is on its way to tell them. */
export class Notices<A> {
  readonly #notice: NoticeOptions<A>["notice"]
  readonly #sessions: NoticeOptions<A>["sessions"]
  readonly #mark: (isLossy: boolean) => void
  readonly #run: string
  #isMarked = false
  /** By what they concern, reason and run. */
  readonly #unsaid = new Map<string, Loss>()
  /** What is under way and in no store: notices, with the losses they tell of, and what is told again. */
  readonly #saying = new Map<Envelope<A>, Loss | undefined>()
  /** What was told last of the loss of everything. */
  #told: ReadonlyArray<Loss> = []
  #saidAt = -Infinity
  /** Of what is told again nothing was lost on the way; and how many losses there were when it was made. */
  #isNewsWhole = false
  #newsLosses = 0
  /** The games that are told again; undefined where everything is. */
  #newsGames: ReadonlySet<string> | undefined
  /** The readers have been told that they do not know the whole: further losses are no hurry. */
  #areReadersAware = false
  /** What was said last did not arrive: it is not repeated at once. */
  #hasFailed = false
  #isLossy = false
  /** Once everything is lost, those that the readers know of, until they know of that. */
  readonly #games: LostGames<A>
  /** Games, by id, of whose resnapshot the destination will never take some records; "" where their game is not known. */
  readonly #holes = new Set<string>()
  /** How often something was lost. */
  losses = 0
  /** How many envelopes were made here. */
  made = 0
  /** How many resnapshots of everything were delivered whole. */
  resnapshots = 0
  /** How many games were delivered whole in resnapshots of single games. */
  gameResnapshots = 0

  constructor({ run = "", notice, sessions, mark }: NoticeOptions<A>) {
    this.#run = run
    this.#games = new LostGames(run)
    this.#notice = notice
    this.#sessions = notice === undefined ? undefined : sessions
    this.#mark = mark
  }

  /**
   * Something that may concern everything was lost since the readers were last told everything: they cannot know the whole
   * any more.
   */
  get isLossy(): boolean {
    return this.#isLossy
  }

  /** Records of single games were lost: the readers know that these are unverified, and can rely on everything else. */
  get lacksGames(): boolean {
    return !this.#isLossy && this.#games.size > 0
  }

  /** A resnapshot could give the readers what they lack. */
  get wantsResnapshot(): boolean {
    return this.#isLossy || this.lacksGames
  }

  /** The readers lack something, whether or not a resnapshot could mend it. */
  get isIncomplete(): boolean {
    return this.wantsResnapshot || this.#holes.size > 0
  }

  /** The games of which records were lost. */
  get lostGames(): ReadonlyArray<LostGame> {
    return this.#games.all
  }

  /** How many of them are under way. */
  get underWay(): number {
    return this.#saying.size
  }

  get bytes(): number {
    let bytes = 0
    for (const envelope of this.#saying.keys()) bytes += envelopeBytes(envelope)
    return bytes
  }

  /** When the next notice is due by itself: undefined while there is nothing to tell. */
  get dueAt(): Millis | undefined {
    if (this.#unsaid.size === 0) return undefined
    return !this.#hasFailed && this.#hasUnsaidGame ? -Infinity : this.#saidAt + noticeMillis
  }

  /** The readers are owed the news of a loss. */
  recordLoss(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (envelopes.length === 0) return
    // Which sessions an earlier run had is not known: its reader's copy of a game may belong to any of them.
    const isEarlier = envelopes.some((envelope) => isOfAnotherRun(envelope, this.#run))
    const isOfEverything = this.#isLossy || this.#sessions === undefined || isEarlier
    const divided = isOfEverything ? undefined : divide(reason, envelopes)
    if (divided === undefined || !this.#games.hasRoomFor(divided.games)) {
      this.losses += 1
      this.loseEverything()
      if (this.#notice !== undefined) { for (const loss of lossesOf(reason, envelopes)) this.#unsay(loss) }
      return
    }
    for (const loss of lossesOf(reason, divided.information)) this.#unsay({ ...loss, isInformation: true })
    if (divided.games.length === 0) return
    this.losses += 1
    this.#setMark(true)
    const isUnplaced = this.#sessions!().length > 1 && envelopes.some(mayMove)
    for (const loss of divided.games) {
      this.#games.add(loss, this.losses, isUnplaced)
      this.#unsay(loss)
    }
  }

  /**
   * From this envelope on the readers know less than one would think: there is a new one, to whom nothing was told before
   * (`takeover`), or an earlier process did not come to tell them of a loss (`restart`).
   */
  begin({ seq, at, session, epoch, run }: Envelope<A>, reason: "takeover" | "restart"): void {
    this.losses += 1
    this.loseEverything()
    this.#areReadersAware = false
    if (this.#notice === undefined) return
    const lastSeq = Math.max(0, seq - 1)
    const numbers = { count: 0, firstSeq: Math.min(1, lastSeq), lastSeq }
    this.#unsay({ reason, ...run === undefined ? {} : { run }, ...numbers, at, session, epoch })
  }

  /** What was a loss of single games becomes one of everything. */
  loseEverything(): void {
    this.#setMark(true)
    if (this.#isLossy) return
    this.#isLossy = true
    this.#areReadersAware = false
    const unsaid = [...this.#unsaid.values()].filter(({ game }) => game !== undefined)
    const losses = unsaid.length > 0 ? unsaid : this.#games.losses
    for (const [key, { game }] of this.#unsaid) if (game !== undefined) this.#unsaid.delete(key)
    for (const loss of losses) this.#unsay(loss)
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
    if (this.#unsaid.size === 0) return false
    return (this.#isLossy && !this.#areReadersAware) || this.#hasUnsaidGame || now >= this.#saidAt + noticeMillis
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
    if (this.#notice === undefined) return []
    const losses = [...this.#unsaid.values()].flatMap((loss) => this.#inSessions(loss))
    // All or nothing: one that cannot be made must not leave others counted in part.
    const notice = this.#notice
    const notices = losses.map((loss, index) => {
      const isFollowed = loss.game !== undefined && loss.game === losses[index + 1]?.game
      return isFollowed ? withLast(notice(loss), false) : notice(loss)
    })
    if (losses.length === 0) return []
    this.#saidAt = now
    notices.forEach((envelope, index) => this.#saying.set(envelope, losses[index]))
    const whole = losses.filter(isWhole)
    if (whole.length > 0) {
      this.#told = whole
      this.#areReadersAware = true
    }
    this.#unsaid.clear()
    this.made += notices.length
    return notices
  }

  /** Everything, told again: it follows upon the news of all losses so far. With `games`, these games alone. */
  takeNews(told: ReadonlyArray<Envelope<A>>, now: Millis, games?: ReadonlyArray<LostGame>): ReadonlyArray<Envelope<A>> {
    const notices = this.take(now)
    this.#isNewsWhole = true
    this.#newsGames = games === undefined ? undefined : new Set(games.map(lostGameId))
    if (this.#newsGames === undefined) this.#holes.clear()
    else for (const id of this.#newsGames) this.#holes.delete(id)
    this.#newsLosses = this.losses
    this.made += told.length
    for (const envelope of told) this.#saying.set(envelope, undefined)
    return [...notices, ...told]
  }

  /** What is told again is history, or incomplete, by now: there will be another. */
  get isNewsObsolete(): boolean {
    if (this.#newsGames === undefined) return this.losses !== this.#newsLosses
    return !this.#isNewsWhole || this.#isLossy || [...this.#newsGames].some((id) => this.#isLostAgain(id))
  }

  /** The news has been delivered. Where it was whole, and nothing was lost since, all is well, for a later process too. */
  arrived(): void {
    if (!this.#isNewsWhole) return
    if (this.#newsGames === undefined) {
      this.resnapshots += 1
      if (this.losses !== this.#newsLosses || this.#unsaid.size > 0) return
      this.#isLossy = false
      this.#areReadersAware = false
      this.#games.clear()
    } else {
      this.gameResnapshots += this.#newsGames.size
      for (const id of this.#newsGames) if (!this.#isLostAgain(id)) this.#games.delete(id)
    }
    if (!this.wantsResnapshot) this.#setMark(false)
  }

  /**
   * The destination will never take these records of a resnapshot. They are not told again: their lines are unknown to its
   * readers, who do not believe anything of them.
   */
  forgo(envelopes: ReadonlyArray<Envelope<A>>): void {
    for (const envelope of envelopes) {
      const scope = lossScope(envelope)
      this.#holes.add(typeof scope === "string" ? "" : lostGameId(scope))
    }
    // Without the record that begins the game anew its reader keeps the lines it had.
    if (this.#newsGames !== undefined && envelopes.some(mayMove)) {
      this.losses += 1
      this.loseEverything()
    }
    this.#forget(envelopes)
  }

  /** Whether this is something that the lane itself says. */
  isOwn(envelope: Envelope<A>): boolean {
    return this.#saying.has(envelope)
  }

  /** Whether a control says of a lost game that it is verified: the resnapshot says more. */
  isRestored(envelope: Envelope<A>): boolean {
    return this.#games.isRestored(envelope)
  }

  /** Whether the reader of these must be kept from believing some of them. */
  areOutdated(envelopes: ReadonlyArray<Envelope<A>>): boolean {
    return this.lacksGames &&
      envelopes.some((envelope) =>
        !this.isOwn(envelope) && (this.#games.isOutdated(envelope) || this.#games.isRestored(envelope))
      )
  }

  /** Whether some of these can be sent as `unverified` alone. */
  needMarks(envelopes: ReadonlyArray<Envelope<A>>): boolean {
    return this.lacksGames && envelopes.some((envelope) => !this.isOwn(envelope) && this.#games.isOutdated(envelope))
  }

  /** As they are to be sent: what was made before a loss in its game, and is sent after it, is marked `unverified`. */
  marked(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#games.size > 0 ? this.#games.marked(envelopes, (envelope) => this.isOwn(envelope)) : envelopes
  }

  /** These have arrived; gives what of them the lane does not say itself. */
  heard(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    this.#hasFailed = false
    if (this.#isLossy && this.#games.size > 0 && envelopes.some((envelope) => this.#tellsEverything(envelope))) {
      this.#games.clear()
    }
    const start = this.wantsResnapshot ? startOf(envelopes) : -1
    if (start === -1) return this.#forget(envelopes)
    // What a beginning makes readers forget of single games is told as a loss of everything.
    if (!this.#isLossy) this.loseEverything()
    // From there on readers believe that they know the whole, whatever they were told of losses before.
    const isToldBehind = envelopes.slice(start + 1).some((envelope) => this.#tellsEverything(envelope))
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
      this.#hasFailed = true
      const loss = this.#saying.get(envelope)
      if (loss === undefined) hasNews = true
      else this.#takeBackNotice(loss)
    }
    if (!hasNews) return this.#forget(envelopes)
    this.#setMark(true)
    // A part of the news may have arrived, its `stream_started` with it: of the hole that is left nobody has heard.
    if (this.#newsGames === undefined) {
      this.#isLossy = true
      this.#areReadersAware = false
      this.#oweAgain()
    } else if (!this.#isLossy) this.#oweGamesAgain()
    this.#isNewsWhole = false
    // What is left of it would be told for nothing: all of it is told again.
    this.losses += 1
    return this.#forget(envelopes)
  }

  /** Whether this tells of the loss of everything. */
  #tellsEverything(envelope: Envelope<A>): boolean {
    const loss = this.#saying.get(envelope)
    return loss !== undefined && isWhole(loss)
  }

  #takeBackNotice(loss: Loss): void {
    if (loss.isInformation !== true) this.#setMark(true)
    if (isWhole(loss)) {
      this.#isLossy = true
      this.#areReadersAware = false
    }
    this.#unsay(loss)
  }

  get #hasUnsaidGame(): boolean {
    for (const { game } of this.#unsaid.values()) if (game !== undefined) return true
    return false
  }

  /** Whether something was lost of a game since the news of it was made. */
  #isLostAgain(id: string): boolean {
    if (this.#games.nthOf(id) > this.#newsLosses) return true
    for (const { game } of this.#unsaid.values()) if (game !== undefined && lostGameId(game) === id) return true
    return false
  }

  /** A loss in a game for each session: which of them the reader's copy of the game belongs to is not known. */
  #inSessions(loss: Loss): ReadonlyArray<Loss> {
    if (loss.game === undefined) return [loss]
    const others = this.#sessions!().filter(({ session }) => session !== loss.session)
    return [loss, ...others.map((other) => ({ ...loss, ...other, count: 0 }))]
  }

  #forget(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#saying.size === 0 ? envelopes : envelopes.filter((envelope) => !this.#saying.delete(envelope))
  }

  #setMark(isLossy: boolean): void {
    if (this.#isMarked === isLossy) return
    this.#isMarked = isLossy
    this.#mark(isLossy)
  }

  /** What was told last is to be told again, where nothing newer is. */
  #oweAgain(): void {
    if (![...this.#unsaid.values()].some(isWhole)) this.#told.forEach((loss) => this.#unsay(loss))
  }

  #oweGamesAgain(): void {
    const unsaid = new Set(Array.from(this.#unsaid.values(), ({ game }) => game === undefined ? "" : lostGameId(game)))
    for (const loss of this.#games.losses) {
      if (loss.game !== undefined && !unsaid.has(lostGameId(loss.game))) this.#unsay(loss)
    }
  }

  #unsay(loss: Loss): void {
    const { reason, run = "", isInformation } = loss
    // Where everything is lost a game is a part of it.
    const game = this.#isLossy ? undefined : loss.game
    const { game: _, ...whole } = loss
    const key = game === undefined
      ? `${isInformation === true ? "information" : ""}\u0000${reason}\u0000${run}`
      : `game\u0000${reason}\u0000${lostGameId(game)}\u0000${run}`
    const merged = joinLosses(game === undefined ? whole : loss, this.#unsaid.get(key))
    this.#unsaid.set(key, merged)
  }
}

const isWhole = ({ game, isInformation }: Loss): boolean => game === undefined && isInformation !== true
