/**
 * What a session may do and must do: an observer that does not know how the session is made. It sees everything that the
 * session does at its ports and reports, and what is done to it, and finds where that breaks a rule of
 * docs/session.md. It does nothing else, so the same observations always give the same verdict.
 */
import type { Status } from "@boltodds/connection"
import type { Filters } from "@boltodds/protocol"
import { BackoffModel, type Next, type Outcome } from "./BackoffModel.ts"
import { EventModel } from "./EventModel.ts"
import type { LimiterModel } from "./LimiterModel.ts"
import { Listening } from "./Listening.ts"
import type { FrameFact, HowEnded, Meaning, Now, Observation } from "./Observation.ts"
import type { SessionSetup } from "./Script.ts"
import { promised } from "./sessionDocument.ts"

/** What the model knows of a connection. */
interface LinkView {
  readonly number: number
  readonly ear: Listening
  readonly openedAt: number
  /** Its number among those that the server accepted. */
  epoch: number | undefined
  phase: "unaccepted" | "accepted" | "over"
  reads: boolean
  liveAt: number | undefined
  means: FrameFact["means"]
  /** What the frame that was read last means. */
  lastMeans: FrameFact["means"]
  /** What was sent, and how many times filters were set since; and in how many moments. */
  sends: number
  lastSent: string | undefined
  filtersSet: number
  filtersMoments: number
  filtersSetIn: number
  /** The reader learned that it ended. */
  closedRead: boolean
  /** The session learned of the end from a send that failed. */
  isUnsent: boolean
  reported: "fresh" | "silent" | "paused"
  /** When it was last reported to be fresh. */
  freshAt: number
  /** When it was last certain that nothing waited any more. */
  caughtAt: number
  diagnosedSend: number
  /** Data within the filters came; or only data outside them, since the last subscription. */
  within: boolean
  outside: boolean
  /** Why it is over, as the transport knows. */
  gone: { readonly kind: string; readonly means: Meaning } | undefined
  /** A new snapshot was wanted of it. */
  resync: "wanted" | "due" | undefined
  /** How long the stall was that ended in this instant. */
  stalled: number
  /** The longest pause before the server accepted: it is reported then. */
  stalledBefore: number
}

const limiterWhy = "the limit of dials and requests per minute"

export class SessionModel {
  readonly name: string
  readonly failures: Array<string> = []
  readonly transitions: Set<string> = new Set()
  /** Where in its range each back-off wait was: from 0 to 1. */
  readonly draws: Array<number> = []
  readonly #setup: SessionSetup
  readonly #limiter: LimiterModel
  readonly #backoff: BackoffModel
  readonly #events: EventModel
  readonly #alone: boolean
  #base: number
  #now: Now
  #instant = 0
  #stall = 0
  /** The stall that ended in this instant. */
  #stallEnded = 0
  #status: Status = { _tag: "Idle" }
  #isCompleteOf = false
  #link: LinkView | undefined
  #dialing = false
  #started = false
  /** What must come next in place of an attempt that ended. */
  #next: Next | undefined
  #dialFrom = 0
  #untilMono = 0
  #keyRead = false
  /** How often the key was read for the current attempt. */
  #keyReads = 0
  #epoch = 0
  #heldUp = false
  #key: string | undefined
  #filters: Filters
  #reads = true
  #tickAge = 0
  #asked: "close" | "interrupt" | undefined
  #mustEnd: HowEnded | undefined
  #closedAt: number | undefined
  #ended: HowEnded | undefined
  #outcome: Outcome | undefined
  #shifts: Array<{ readonly at: number; readonly millis: number }> = []
  #jump: { readonly link: LinkView | undefined; readonly millis: number; age: number } | undefined
  #largestTurn = 0

  constructor(
    name: string,
    setup: SessionSetup,
    limiter: LimiterModel,
    alone: boolean,
    start: Now,
    key: string,
    filters: Filters,
  ) {
    this.name = name
    this.#setup = setup
    this.#limiter = limiter
    this.#alone = alone
    this.#now = start
    this.#base = start.wall - start.mono
    this.#key = key
    this.#filters = filters
    this.#backoff = new BackoffModel(setup.maxAttempts ?? Infinity)
    this.#events = new EventModel(setup.tap, this.#broken)
  }

  get isLive(): boolean {
    return this.#status._tag === "Live"
  }
  get hasEnded(): boolean {
    return this.#closedAt !== undefined
  }
  /** By when it must have dialed, where it is backing off. */
  get untilMono(): number {
    return this.#status._tag === "BackingOff" ? this.#untilMono : this.#now.mono
  }

  readonly #broken = (rule: string, detail?: string): void => {
    this.failures.push(`${this.name}: ${rule}${detail === undefined ? "" : ` (${detail})`}`)
  }
  #must(holds: boolean, rule: string, detail?: string): void {
    if (!holds) this.#broken(rule, detail)
  }

  /** Session time by the model's own reckoning. */
  get #at(): number {
    return Math.floor(this.#base + this.#now.mono)
  }

  elapsed(millis: number, stalled: boolean, now: Now): void {
    if (stalled) {
      this.#stall += millis
      this.#now = now
      this.#instant++
      return
    }
    this.#endStall()
    this.#now = now
    this.#instant++
    this.#stallEnded = 0
    if (this.#link !== undefined) {
      this.#link.stalled = 0
      this.#link.ear.passed(millis)
    }
    this.#tickAge += millis
    if (this.#jump !== undefined) this.#jump.age += millis
  }

  #endStall(): void {
    if (this.#stall === 0) return
    this.#stallEnded = this.#stall
    const link = this.#link
    if (link !== undefined && link.phase !== "over") {
      const { ear } = link
      ear.stalled(this.#stall)
      link.stalled = this.#stall
      if (link.phase === "unaccepted") link.stalledBefore = Math.max(link.stalledBefore, this.#stall + promised.tick)
      if (link.reads && !this.#setup.pings) ear.heldUp(this.#stall)
      if (link.reads && this.#stall >= promised.stall) {
        ear.behindFor = Math.max(ear.behindFor ?? 0, this.#stall)
        ear.needs = undefined
      }
    }
    this.#tickAge = 0
    this.#stall = 0
  }

  see(seen: Observation, now: Now): void {
    this.#now = now
    this.#endStall()
    switch (seen.see) {
      case "key_read":
        return this.#keyWasRead(seen.key)
      case "dial":
        return this.#dialed(seen.url)
      case "dial_failed":
        this.#dialing = false
        return this.#attemptEnded({
          means: seen.means,
          retryAfterMillis: seen.retryAfterMillis ?? 0,
          up: undefined,
          live: undefined,
        })
      case "dial_left":
        this.#dialing = false
        return this.#must(this.#asked !== undefined, "a dial is left only when the session ends")
      case "open":
        return this.#opened(seen.link)
      case "leaving":
        return this.#leaving(seen.link)
      case "left":
        return this.#left(seen.link)
      case "pull":
        return this.#pulls(seen.link)
      case "turn":
        return this.#turn(seen.frames, seen.pong)
      case "closed":
        if (this.#link === undefined) return
        this.#link.closedRead = true
        if (this.#link.gone?.kind !== seen.kind) this.#link.gone = { kind: seen.kind, means: "failed" }
        return
      case "unsent":
        if (this.#link !== undefined) this.#link.isUnsent = true
        return
      case "send":
        return this.#sent(seen.link, seen.text)
      case "ping":
        return this.#pinged(seen.number)
      case "status":
        return this.#onStatus(seen.status)
      case "events": {
        if (this.#asked === "interrupt") this.#broken("an interrupted reader gets nothing more")
        for (const event of seen.events) {
          if (event._tag === "Tick") this.#tickAge = 0
          if (event._tag === "Disconnected" && this.#link?.epoch === event.epoch) this.#decided(this.#link)
        }
        return this.#events.take(seen.events, this.name, this.#at)
      }
      case "shown":
        this.#must(
          this.#link !== undefined && this.#link.phase !== "over",
          "onFrame is shown nothing of a connection that is left",
        )
        return this.#events.shown(seen.frame)
      case "diagnosis":
        return this.#diagnosed(seen.diagnosis)
      case "ended":
        return this.#streamEnded(seen.how, seen.message)
      case "gone":
        if (this.#link !== undefined) this.#link.gone = { kind: seen.kind, means: seen.means }
        return
      case "bytes":
        return this.#link?.ear.received(seen.bytes)
      case "filters":
        this.#filters = seen.filters
        return this.#filtersSet()
      case "resync":
        return this.#resync()
      case "reader":
        this.#reads = seen.reads
        this.#tickAge = 0
        return
      case "key":
        this.#key = seen.key
        return
      case "wall":
        return this.#wallMoved(seen.millis)
      case "asked_to_end":
        this.#asked ??= seen.how
        if (this.#asked === "interrupt" || seen.how === "interrupt") this.#asked = seen.how
        return
    }
  }

  #filtersSet(): void {
    const link = this.#link
    if (link === undefined || link.sends === 0 || link.gone !== undefined) return
    link.filtersSet++
    if (link.filtersSetIn !== this.#instant) link.filtersMoments++
    link.filtersSetIn = this.#instant
  }

  /** Wanted of one that data has come on, it ends it; data of this very moment may come before or after the wish. */
  #resync(): void {
    const link = this.#link
    if (link === undefined || link.liveAt === undefined) return
    link.resync = link.liveAt < this.#at ? "due" : "wanted"
  }

  // Dialing

  #keyWasRead(key: string | undefined): void {
    this.#must(key === this.#key, "the key is the one there is now")
    // Read again after the limiter let it through: without a key that request is spent for nothing.
    if (key === undefined && this.#keyReads > 0) this.#limiter.take(this.#now.mono, true)
    this.#keyReads++
    if (key !== undefined) {
      this.#keyRead = true
      return
    }
    if (!this.#keyRead) this.#mustEnd = "KeyUnavailable"
    else this.#attemptEnded({ means: "failed", retryAfterMillis: 0, up: undefined, live: undefined })
  }

  #dialed(url: string): void {
    const { mono } = this.#now
    this.#must(this.#link === undefined && !this.#dialing, "never more than one socket of a session")
    this.#must(this.#closedAt === undefined && this.#ended === undefined, "nothing is dialed after the end")
    this.#must(
      this.#next === undefined && mono >= this.#dialFrom - 0.01,
      "no dial before the back-off is over",
      `${this.#dialFrom - mono} ms early`,
    )
    this.#must(this.#status._tag === "Dialing", "a dial is reported", this.#status._tag)
    this.#must(
      this.#key !== undefined && url.endsWith(`?key=${encodeURIComponent(this.#key)}`),
      "a dial uses the key there is now",
    )
    this.#dialing = true
    this.#keyReads = 0
    this.#started = true
    this.#dialFrom = Infinity
  }

  #opened(number: number): void {
    this.#must(this.#dialing && this.#link === undefined, "a link comes of a dial")
    this.#dialing = false
    this.#base = Math.max(this.#base, this.#now.wall - this.#now.mono)
    this.#shifts = []
    this.#jump = undefined
    this.#link = {
      number,
      ear: new Listening(),
      openedAt: this.#at,
      epoch: undefined,
      phase: "unaccepted",
      reads: true,
      liveAt: undefined,
      means: undefined,
      lastMeans: undefined,
      sends: 0,
      lastSent: undefined,
      filtersSet: 0,
      filtersMoments: 0,
      filtersSetIn: 0,
      closedRead: false,
      isUnsent: false,
      reported: "fresh",
      freshAt: -Infinity,
      caughtAt: -Infinity,
      diagnosedSend: 0,
      within: false,
      outside: false,
      gone: undefined,
      resync: undefined,
      stalled: 0,
      stalledBefore: 0,
    }
  }

  // Reading

  #pulls(number: number): void {
    const link = this.#link
    if (link === undefined || link.number !== number) return this.#broken("only the open link is read")
    const { ear } = link
    link.reads = true
    if (ear.stoppedFor === undefined) return
    if (this.#setup.pings) this.#must(ear.needs !== undefined, "reading again begins with a ping")
    ear.stoppedFor = undefined
    if (ear.handing !== undefined) ear.handing.least = Math.min(ear.handing.least, promised.pauseNotice)
    // Without pings nothing waits outside of the process, and what waited in it for so short a time is not old.
    else if (!this.#setup.pings && link.reported !== "paused") ear.behindFor = undefined
  }

  #turn(frames: ReadonlyArray<FrameFact>, pong: number | undefined): void {
    const link = this.#link
    if (link === undefined || link.phase === "over") return
    const { ear } = link
    link.reads = false
    // Noticed with the turn, of which nothing is believed any more.
    if (this.#jump?.link === link) return
    this.#largestTurn = Math.max(this.#largestTurn, frames.reduce((sum, { raw }) => sum + raw.length + 200, 0))
    if (frames.length > 0) {
      if (link.phase === "unaccepted") {
        link.phase = "accepted"
        link.epoch = ++this.#epoch
        this.#events.expect({ tag: "Connected", at: this.#at }, this.#instant)
      }
      ear.frames()
    }
    for (const fact of frames) {
      this.#events.expect({
        tag: "Frame",
        at: this.#at,
        fact,
        raw: this.#withoutKey(fact.raw),
        // Only what we were the cause of: a stop of ours, or of the process.
        waited: ear.needs !== undefined || ear.behindFor !== undefined ? this.#now.mono - fact.arrivedAt : 0,
      }, this.#instant)
      link.lastMeans = fact.means
      if (link.liveAt === undefined && fact.means !== undefined && link.means !== "busy") link.means = fact.means
      if (!fact.isData) continue
      link.liveAt ??= this.#at
      if (isWithin(link.lastSent)) link.within = true
      link.outside = !link.within && link.lastSent !== undefined
    }
    if (pong !== undefined) ear.ponged(pong)
    if (ear.behindFor === undefined || !this.#isAnswered(ear)) return
    link.caughtAt = this.#now.mono
    // An answer that is late itself has to be asked for again.
    if (!this.#setup.pings || ear.mayProve) {
      ear.behindFor = undefined
      ear.isUnsure = this.#setup.pings ? !ear.proves || ear.waits !== undefined : ear.handing !== undefined
    }
    ear.needs = undefined
  }

  /** Whether nothing can be on its way any more that was sent before we read again. */
  #isAnswered(ear: Listening): boolean {
    if (ear.stoppedFor !== undefined) return false
    if (!this.#setup.pings) return ear.handing === undefined || ear.handing.most === Infinity
    return ear.needs !== undefined && ear.pong >= ear.needs
  }

  #withoutKey(raw: string): string {
    return raw.replaceAll(this.#linkKey, "[redacted]").replaceAll(encodeURIComponent(this.#linkKey), "[redacted]")
  }
  #linkKey = ""

  /** The key that the open link was dialed with. */
  dialedWith(key: string): void {
    this.#linkKey = key
  }

  #sent(number: number, text: string): void {
    const link = this.#link
    if (link === undefined || link.number !== number) {
      return this.#broken("nothing is sent on a link that is not the open one")
    }
    if (link.phase === "over" || this.#asked !== undefined) return
    this.#must(link.phase === "accepted", "nothing is sent before the server accepted")
    link.sends++
    link.lastSent = text
    link.outside = false
    link.ear.sinceAsked.reset()
    this.#must(
      text === subscribeText(this.#filters) || this.#setup.slowSend,
      "the newest filters are sent, in full",
      text,
    )
    this.#events.expect({ tag: "Subscribed", at: this.#at, text }, this.#instant)
  }

  #pinged(number: number): void {
    const link = this.#link
    if (link === undefined) return this.#broken("pings go to the open link only")
    this.#must(number === link.ear.ping + 1, "pings count up")
    const { ear } = link
    const stopped = this.#stoppedForAMoment(link)
    if (stopped) ear.behindFor = 0
    const anew = stopped || ear.stoppedFor !== undefined || (link.stalled >= promised.tick && ear.needs === undefined)
    ear.pinged(number, anew)
    if (anew || (ear.behindFor !== undefined && ear.needs === undefined)) ear.needs = number
  }

  /** Whether too much waited, and was taken in the same moment: reading stopped and began again, with a ping of its own. */
  #stoppedForAMoment({ reads, ear }: LinkView): boolean {
    return !reads && ear.behindFor === undefined && ear.sincePing.most < promised.ping &&
      this.#events.mostWaiting > this.#setup.bufferBytes / 2
  }

  // The end of an attempt

  #leaving(number: number): void {
    const link = this.#link
    if (link === undefined || link.number !== number) return this.#broken("only the open link is left")
    this.#decided(link)
  }

  /** The session has decided to leave a connection: its consumer may learn of it before the socket does. */
  #decided(link: LinkView): void {
    if (link.phase === "over") return
    if (link.phase === "accepted") {
      const isAsked = this.#asked !== undefined
      // Where both sides end it in one moment, either has.
      const kind = isAsked && !link.closedRead ? "shutdown" : !isAsked && link.closedRead ? link.gone?.kind : undefined
      this.#events.expect({
        tag: "Disconnected",
        at: this.#at + (this.#asked === undefined ? 0 : this.#setup.closing),
        from: this.#at,
        kind,
      }, this.#instant)
    }
    const accepted = link.phase === "accepted"
    link.phase = "over"
    this.#events.connectionEnds(this.#instant)
    if (!accepted) this.#events.neverBegan()
    if (this.#asked !== undefined || this.#mustEnd !== undefined) return
    const live = link.liveAt === undefined ? undefined : this.#at - link.liveAt
    // Of an end that it never came to read the session cannot know.
    const hungUp = !link.closedRead && (link.ear.stoppedFor ?? 0) >= promised.pause
    const closed = hungUp ? undefined : link.gone
    const words = live === undefined ? link.means : link.lastMeans
    const mayBeKey = (closed?.kind === "closed" || closed?.kind === "network") && live === undefined
    // Where it hung up first, it never saw how the server closed.
    const closedBy = link.closedRead || link.isUnsent ? closed?.means : undefined
    const isBusy = words === "busy" || closedBy === "busy"
    const means = closedBy === "oversize"
      ? "oversize"
      : isBusy
      ? "busy"
      : words === "key" && mayBeKey
      ? "key"
      : "failed"
    this.#mayHaveOtherCause = link.isUnsent && !link.closedRead
    const retryAfterMillis = closedBy === "restart" ? promised.restartFloor : 0
    this.#outcome = { means, retryAfterMillis, up: this.#at - link.openedAt, live }
    if (closed === undefined) this.#judgeEnd(link, accepted)
  }

  /** Whether the session had a reason to hang up. */
  #judgeEnd(link: LinkView, accepted: boolean): void {
    const { ear } = link
    const stopped = Math.max(ear.stoppedFor ?? 0, link.stalled === 0 ? 0 : link.stalled + promised.tick)
    const may = [
      !accepted && ear.open.most >= promised.ack ? "silent" : "",
      accepted && ear.heard.most >= promised.dead && ear.progress.most >= promised.pong ? "silent" : "",
      accepted && ear.waits !== undefined && ear.waits.age.most >= promised.pong && ear.heard.most >= promised.pong &&
        ear.progress.most >= promised.pong
        ? "no_pong"
        : "",
      stopped >= promised.pause ? "slow_reader" : "",
      this.#mayHaveJumped ? "clock_jumped" : "",
      link.resync === undefined ? "" : "resync",
    ].filter((kind) => kind !== "")
    this.#must(
      may.length > 0,
      "a connection is ended for a reason only",
      `received ${ear.heard.most} ms, stopped ${stopped} ms ago`,
    )
    this.#mayEnd = may
  }
  #mayEnd: ReadonlyArray<string> = []
  /** It learned of the server's end from a send that failed, and may have had a reason of its own in the same moment. */
  #mayHaveOtherCause = false

  #left(number: number): void {
    this.#must(this.#link?.number === number, "a link is left once")
    this.#link = undefined
    if (this.#outcome !== undefined) this.#attemptEnded(this.#outcome)
    this.#outcome = undefined
  }

  #attemptEnded(outcome: Outcome): void {
    this.#keyReads = 0
    if (this.#asked !== undefined) return
    this.#next = this.#backoff.next(outcome)
    this.#dialFrom = Infinity
    if (this.#next.must !== "wait") this.#mustEnd = this.#next.must
  }

  // Statuses

  #onStatus(status: Status): void {
    const before = this.#status
    if (this.#isCompleteOf) this.#transition(before, status)
    this.#isCompleteOf = true
    this.#status = status
    const link = this.#link
    switch (status._tag) {
      case "Idle":
        return this.#must(!this.#started, "Idle is before the first dial only")
      case "Dialing": {
        const over = this.#limiter.take(this.#now.mono, true)
        if (over !== undefined) this.#broken("no more than 10 requests a minute, 8 of them dials", over)
        this.#must(link === undefined && this.#next === undefined, "Dialing is reported when a dial begins")
        return this.#must(
          status.attempt === this.#backoff.fruitless + 1,
          "attempts are counted since data last came",
          `${status.attempt}`,
        )
      }
      case "AwaitingAck":
        this.#must(link?.phase === "unaccepted", "AwaitingAck follows an open link")
        return this.#must(status.attempt === this.#backoff.fruitless + 1, "attempts are counted since data last came")
      case "Syncing":
      case "Live":
        return this.#fresh(status, before)
      case "Stale":
        return this.#stale(status.reason, status.epoch)
      case "BackingOff":
        return this.#backsOff(status)
      case "AwaitingReader":
        this.#must(link === undefined, "AwaitingReader is reported without a connection")
        return this.#must(
          this.#events.mostWaiting > this.#setup.bufferBytes / 2,
          "only a reader with a large backlog is waited for",
        )
      case "Closed":
        this.#must(this.#closedAt === undefined, "Closed is reported once")
        this.#must(this.#link === undefined && !this.#dialing, "Closed is reported when nothing is open")
        this.#must(this.#asked !== undefined || this.#mustEnd !== undefined, "a session does not end by itself")
        this.#closedAt = this.#now.mono
    }
  }

  #transition(from: Status, to: Status): void {
    this.transitions.add(`${from._tag} → ${to._tag}`)
  }

  #fresh(status: Status & { readonly epoch: number; readonly filters: Filters }, before: Status): void {
    const link = this.#link
    if (link === undefined || link.phase !== "accepted" || link.sends === 0) {
      return this.#broken("Syncing and Live are reported of a subscribed connection")
    }
    // In one turn, the end of silence is reported before the frame that ended it.
    const mayBe = status._tag === "Live"
      ? link.liveAt !== undefined
      : link.liveAt === undefined || link.liveAt === this.#at
    this.#must(mayBe, "Live means that data came", status._tag)
    this.#must(
      subscribeText(status.filters) === link.lastSent || this.#setup.slowSend,
      "the status has the filters that were sent",
    )
    if (before._tag !== "Stale") return
    const { ear } = link
    if (!this.#setup.pings && ear.stoppedFor === undefined && ear.handing !== undefined && ear.mayBeHanded) {
      ear.behindFor = undefined
    }
    if (link.reported === "paused") {
      this.#must(
        ear.stoppedFor === undefined && this.#caughtUpNow(ear),
        "nothing is fresh before all that waited has been read",
      )
    } else this.#must(ear.heard.most === 0, "silence ends with a frame")
    link.reported = "fresh"
    ear.isUnsure = false
    link.freshAt = this.#now.mono
    this.#events.expect({ tag: "Heard", at: this.#at }, this.#instant)
  }

  #caughtUpNow(ear: Listening): boolean {
    return ear.behindFor === undefined
  }

  #stale(reason: "silent" | "paused", epoch: number): void {
    const link = this.#link
    if (link === undefined || link.phase !== "accepted") {
      return this.#broken("Stale is reported of an accepted connection")
    }
    const { ear } = link
    this.#must(epoch === this.#events.epoch || this.#events.nextDue !== undefined, "Stale names its epoch")
    if (reason === "silent") {
      this.#must(
        ear.heard.most >= promised.silent && ear.stoppedFor === undefined,
        "Silent after 25 s of listening only",
        `${ear.heard.most} ms`,
      )
      if (link.reported === "fresh") link.reported = "silent"
      this.#events.expect({ tag: "Silent", at: this.#at }, this.#instant)
      return
    }
    const lags = ear.waits?.heardSince === true && ear.waits.age.most >= promised.lag
    const stop = Math.max(
      ear.stoppedFor ?? 0,
      ear.behindFor ?? 0,
      link.stalled === 0 ? 0 : link.stalled + promised.tick,
      link.sends === 0 ? link.stalledBefore : 0,
    )
    this.#must(stop >= promised.pauseNotice || lags, "Paused is reported only after a second of backlog", `${stop} ms`)
    // Before the server accepted, a pause may be over before it can be reported.
    const answered = this.#isAnswered(ear) && (!this.#setup.pings || ear.mayProve)
    const isOver = link.sends === 0 && (answered || link.caughtAt === this.#now.mono)
    if (isOver && (this.#setup.pings ? !ear.proves : ear.handing !== undefined)) ear.isUnsure = true
    if (ear.behindFor === undefined && !isOver) {
      ear.behindFor = Math.max(stop, ear.waits?.age.least ?? 0)
      if (link.stalled === 0 && ear.stoppedFor === undefined) ear.needs = ear.ping
    }
    link.reported = "paused"
    const began = ear.stoppedFor === undefined ? this.#at : this.#at - ear.stoppedFor
    this.#events.expect({ tag: "Paused", at: began }, this.#instant)
  }

  #backsOff({ until, why, attempt }: Status & { readonly _tag: "BackingOff" }): void {
    this.#must(this.#link === undefined && !this.#dialing, "back-off is reported without a connection")
    const wait = until - this.#at
    this.#untilMono = this.#now.mono + wait
    if (why === limiterWhy) {
      this.#must(this.#next === undefined, "back-off comes before the limiter")
      this.#heldUp = true
      this.#must(wait > 0 && wait <= promised.minute + 1, "the limiter holds up for a minute at most", `${wait} ms`)
      this.#dialFrom = this.#now.mono
      return
    }
    const next = this.#next
    this.#next = undefined
    if (next?.must !== "wait") return this.#broken("back-off follows the end of an attempt, once", why)
    const { most } = next
    const least = this.#mayHaveOtherCause ? 0 : next.least
    this.#must(
      wait >= least && wait <= most + 1,
      "the back-off is within its bounds",
      `${wait} ms of ${least} to ${most}: ${why}`,
    )
    this.#must(attempt === this.#backoff.fruitless, "attempts are counted since data last came", `${attempt}`)
    if (this.#mayEnd.length > 0) {
      this.#must(
        this.#mayEnd.includes(why.split(/[ :]/)[0]!),
        "the reason of an end is the true one",
        `${why} for ${this.#mayEnd}`,
      )
    }
    this.#mayEnd = []
    if (!this.#mayHaveOtherCause) this.draws.push((wait - least) / (most - least))
    this.#dialFrom = this.#now.mono + wait
  }

  // The clocks

  #wallMoved(millis: number): void {
    const { mono } = this.#now
    this.#shifts.push({ at: mono, millis })
    this.#jump = Math.abs(millis) > promised.clockJump
      ? { link: this.#link?.phase === "over" ? undefined : this.#link, millis, age: 0 }
      : undefined
  }

  get #mayHaveJumped(): boolean {
    const since = this.#now.mono - promised.tick - 1 - this.#stallEnded
    const recent = this.#shifts.filter(({ at }) => at >= since)
    for (let from = 0; from < recent.length; from++) {
      let sum = 0
      for (let to = from; to < recent.length; to++) {
        sum += recent[to]!.millis
        if (Math.abs(sum) > promised.clockJump) return true
      }
    }
    return false
  }

  // Diagnosis, and the end of the stream

  #diagnosed({ epoch, silentMillis }: { readonly epoch: number; readonly silentMillis: number }): void {
    const link = this.#link
    if (link === undefined || link.phase !== "accepted" || link.sends === 0) {
      return this.#broken("a diagnosis is of a subscribed connection")
    }
    this.#must(link.liveAt === undefined || link.outside, "nothing is diagnosed once data within the filters came")
    this.#must(
      link.ear.sinceAsked.most >= promised.noData,
      "a diagnosis comes after 20 s of listening",
      `${link.ear.sinceAsked.most} ms`,
    )
    this.#must(silentMillis >= promised.noData && epoch > 0, "a diagnosis says how long nothing came")
    this.#must(link.diagnosedSend < link.sends, "a subscription is diagnosed once")
    link.diagnosedSend = link.sends
  }

  #streamEnded(how: HowEnded, message: string): void {
    this.#must(this.#ended === undefined, "a stream ends once")
    this.#ended = how
    if (how === "defect") return this.#broken("a session has no defects", message)
    if (how === "interrupted") {
      return this.#must(this.#asked === "interrupt", "only an interrupted reader is interrupted")
    }
    this.#must(
      how === (this.#asked === "close" && this.#mustEnd === undefined ? "done" : this.#mustEnd),
      "a stream ends as it must",
      how,
    )
    this.#must(this.#events.isComplete, "everything is reported before the end", this.#events.nextDue)
  }

  // What must have happened by now

  /** Nothing more can happen before time goes by. */
  settled(): void {
    this.#endStall()
    const { mono } = this.#now
    const link = this.#link
    const isLeaving = link !== undefined && link.phase === "over"
    if (this.#asked !== undefined || this.#mustEnd !== undefined) {
      const late = isLeaving && this.#setup.closing > 0
      this.#must(this.#closedAt !== undefined || late, "a session that must end ends at once", this.#status._tag)
      return
    }
    if (this.#heldUp) this.#must(this.#limiter.isExhausted(mono), "the limiter holds up only when it must")
    this.#heldUp = false
    if (link !== undefined) {
      if (link.phase !== "over") this.#watch(link)
    } else if (!this.#dialing) {
      this.#must(this.#next === undefined, "what follows an attempt is reported at once")
      if (this.#status._tag === "BackingOff" && mono > this.#untilMono + 1) {
        this.#must(this.#isHeldUp, "a back-off ends when it said", `${mono - this.#untilMono} ms late`)
      }
      if (this.#status._tag === "AwaitingReader") {
        this.#must(!this.#reads || this.#isHeldUp, "a reader who has read on is not waited for")
      }
      this.#must(
        this.#status._tag !== "Dialing" && this.#status._tag !== "Live" && this.#status._tag !== "Stale",
        "the status is what is",
        this.#status._tag,
      )
    }
    const held = this.#events.waitingBytes
    this.#must(
      held <= this.#setup.bufferBytes + this.#largestTurn,
      "no more than its bound and a turn waits",
      `${held} bytes`,
    )
    if (this.#reads) {
      this.#must(this.#tickAge <= 2 * promised.tick + 100, "time is reported every second", `${this.#tickAge} ms`)
      this.#must(held === 0, "a reader who reads gets all there is", `${held} bytes`)
    }
  }

  /** Others wait for the limiter before it: only the first in its queue learns how long. */
  get #isHeldUp(): boolean {
    const { mono } = this.#now
    return !this.#alone && (this.#limiter.isExhausted(mono) || this.#limiter.isExhausted(mono - 1))
  }

  #watch(link: LinkView): void {
    const { ear } = link
    const { mono } = this.#now
    if (this.#jump?.link === link && this.#jump.age > promised.tick + 1) {
      this.#broken("a clock that jumped ends the connection")
    }
    if (link.closedRead) return this.#broken("a link that closed is left at once")
    if (link.resync === "due") return this.#broken("a resync ends the connection at once")
    if (link.phase === "unaccepted") {
      this.#must(link.reads, "a link is read from its beginning")
      this.#must(this.#status._tag === "AwaitingAck", "AwaitingAck until the first frame", this.#status._tag)
      this.#must(ear.open.least <= promised.ack, "no first frame within 10 s ends a connection", `${ear.open.least} ms`)
      this.#must(link.stalled < promised.pause, "30 s without reading end a connection")
      return
    }
    this.#must(!this.#events.isAhead, "Subscribed has the filters that were sent")
    this.#must(link.sends > 0, "the server is asked as soon as it accepted")
    this.#must(
      link.gone !== undefined || link.lastSent === subscribeText(this.#filters),
      "the server knows the newest filters",
      link.lastSent,
    )
    // Of filters that replace each other in one moment only the last need be sent.
    const least = this.#setup.slowSend ? 1 : 1 + link.filtersMoments
    const most = 1 + link.filtersSet + (this.#setup.slowSend ? 1 : 0)
    if (link.gone === undefined) {
      this.#must(
        link.sends >= least && link.sends <= most,
        "filters are sent once, and once for each change",
        `${link.sends} times for ${least} to ${most}`,
      )
    }
    if (!link.reads && ear.stoppedFor === undefined) {
      ear.stoppedFor = 0
      ear.behindFor ??= 0
      ear.needs = undefined
      this.#must(
        this.#events.mostWaiting > this.#setup.bufferBytes / 2 && !this.#reads,
        "reading stops only when too much waits",
        `${this.#events.waitingBytes} bytes`,
      )
    }
    const isStale = this.#status._tag === "Stale"
    if (ear.stoppedFor !== undefined) {
      this.#must(ear.stoppedFor <= promised.pause, "30 s without reading end a connection", `${ear.stoppedFor} ms`)
      this.#must(
        isStale || ear.stoppedFor <= promised.pauseNotice,
        "a second without reading is reported",
        `${ear.stoppedFor} ms`,
      )
      return
    }
    this.#must(link.stalled < promised.pause, "30 s without reading end a connection")
    const justFresh = mono - link.freshAt <= promised.tick + 1
    this.#must(
      isStale || justFresh || ear.heard.least <= promised.silent,
      "25 s of silence are reported",
      `${ear.heard.least} ms`,
    )
    const noProgress = ear.anyByte.least > promised.pong + promised.tick
    this.#must(
      ear.heard.least <= promised.dead || !noProgress,
      "45 s of silence end a connection",
      `${ear.heard.least} ms`,
    )
    if (this.#setup.pings) {
      const waited = ear.waits?.age.least ?? 0
      const noPong = waited > promised.pong && ear.heard.least > promised.pong && noProgress
      this.#must(!noPong, "no pong within 10 s ends a connection", `${waited} ms`)
      this.#must(ear.sincePing.most <= promised.ping, "a ping goes out every 10 s", `${ear.sincePing.most} ms`)
      const lags = ear.waits?.heardSince === true && ear.heard.most > promised.tick &&
        waited > promised.lag + promised.tick
      this.#must(isStale || !lags, "a pong 5 s late is reported", `${waited} ms`)
    }
    this.#must(
      isStale || ear.behindFor === undefined || ear.behindFor <= promised.pauseNotice,
      "a second of backlog is reported",
      `${ear.behindFor} ms`,
    )
    if (isStale) {
      const silent = ear.heard.most >= promised.silent
      this.#must(
        silent || (link.reported === "paused" && (ear.behindFor !== undefined || ear.isUnsure)),
        "staleness ends when its cause does",
      )
    } else {
      const expected = link.liveAt === undefined ? "Syncing" : "Live"
      this.#must(this.#status._tag === expected, `the status is what is`, `${this.#status._tag}, not ${expected}`)
    }
    const asked = link.liveAt === undefined && ear.behindFor === undefined && !ear.isUnsure &&
      mono - link.caughtAt > promised.tick + 1 &&
      link.diagnosedSend < link.sends
    this.#must(
      !asked || ear.sinceAsked.least <= promised.noData + promised.tick + 1,
      "20 s without data are diagnosed",
      `${ear.sinceAsked.least} ms`,
    )
  }

  /** The session is over and the script too. */
  finished(): void {
    this.#must(this.#link === undefined && !this.#dialing, "no link is left open")
    this.#must(this.#closedAt !== undefined, "the session is closed")
    this.#must(this.#ended !== undefined || !this.#reads, "the stream has ended")
  }
}

/** All that a script's server sends is of one sport, and of one game in it. */
const isWithin = (sent: string | undefined): boolean => sent !== undefined && !sent.includes("NBA")

const subscribeText = (filters: Filters): string => JSON.stringify({ action: "subscribe", filters })
