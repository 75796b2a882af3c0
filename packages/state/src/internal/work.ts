/** A draft at work: the core it may change, what it owns of it, and the records it is writing. */
import type {
  Change,
  ChangeCause,
  Control,
  ControlKind,
  FeedEvent,
  LineChange,
  LineChangeKind,
  Millis,
  Stamp,
} from "@boltodds/protocol"
import { copyCore, type Core } from "./Core.ts"
import {
  copySportsbook,
  type Game,
  type GameFacts,
  type Line,
  newSportsbook,
  type Owner,
  type SportsbookEntry,
} from "./model.ts"
import { copySession, newSession, type SessionState } from "./session/SessionState.ts"
import { sessionBytes, sportsbookBytes } from "./size.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }
type Fields<K extends ControlKind> = Omit<Extract<Control, { readonly control: K }>, keyof Stamp | "control">

/** The state of one draft. */
export class Work {
  core: Core
  owner: Owner
  records: Array<Change | Control>
  /** Where the group being written begins. */
  #groupFrom = 0
  #at: Millis = NaN
  #iso = ""
  #session = ""
  #epoch = 0
  #sentAt: string | null = null
  #frame: number | null = null
  #delayed = false

  constructor(core: Core) {
    this.core = core
    this.owner = { of: "draft" }
    this.records = []
  }

  /** Begins a group: records that happen at once. Until it ends they all carry this stamp. */
  begin(
    { session, epoch }: Pick<Stamp, "session" | "epoch">,
    at: Millis,
    frame: number | null,
    delayed: boolean,
  ): void {
    if (at !== this.#at) {
      this.#at = at
      this.#iso = new Date(at).toISOString()
    }
    this.#session = session
    this.#epoch = epoch
    this.#frame = frame
    this.#delayed = delayed
    this.#sentAt = null
    this.#groupFrom = this.records.length
  }

  /** What follows in the group is about another session than the event that brought it. */
  stampOf({ name, epoch }: SessionState): void {
    this.#session = name
    this.#epoch = epoch
  }

  /** What follows comes from a message that the server sent at this time. */
  sentAt(sentAt: string | null): void {
    this.#sentAt = sentAt
  }

  /** Ends a group: its final record says so. */
  end(): void {
    if (this.records.length > this.#groupFrom) {
      const final = this.records[this.records.length - 1]! as Mutable<Change | Control>
      final.last = true
    }
  }

  control<K extends ControlKind>(control: K, fields: Fields<K>): void {
    const record = {
      control,
      run: this.core.options.run,
      seq: ++this.core.seq,
      part: 0,
      session: this.#session,
      epoch: this.#epoch,
      at: this.#iso,
      sent_at: this.#sentAt,
      frame: this.#frame,
      ...fields,
    } as unknown as Mutable<Control>
    if (this.#delayed) record.delayed = true
    this.records.push(record)
  }

  gameChange(
    change: "game_opened" | "game_amended" | "game_closed",
    game: GameFacts & Pick<Game, "partial">,
    cause: ChangeCause,
  ): void {
    const record: Mutable<Change> = {
      change,
      run: this.core.options.run,
      seq: ++this.core.seq,
      part: 0,
      session: this.#session,
      epoch: this.#epoch,
      at: this.#iso,
      sent_at: this.#sentAt,
      frame: this.#frame,
      cause,
      sport: game.sport,
      sportsbook: game.sportsbook,
      game: game.game,
      universal_game_id: game.universal_game_id,
      book_game_id: game.book_game_id,
      home_team: game.home_team,
      away_team: game.away_team,
      starts_at: game.starts_at,
      partial: game.partial,
    }
    if (this.#delayed) record.delayed = true
    this.records.push(record)
  }

  /** Writes a line as it is now. The caller adds to the record what it was before. */
  lineChange(change: LineChangeKind, game: Game, line: Line, cause: ChangeCause): Mutable<LineChange> {
    const record: Mutable<LineChange> = {
      change,
      run: this.core.options.run,
      seq: ++this.core.seq,
      part: 0,
      session: this.#session,
      epoch: this.#epoch,
      at: this.#iso,
      sent_at: this.#sentAt,
      frame: this.#frame,
      cause,
      sport: game.sport,
      sportsbook: game.sportsbook,
      game: game.game,
      universal_game_id: game.universal_game_id,
      book_game_id: game.book_game_id,
      home_team: game.home_team,
      away_team: game.away_team,
      starts_at: game.starts_at,
      outcome: line.outcome,
      market: line.market,
      target: line.target,
      target_kind: line.target_kind,
      side: line.side,
      line: line.line,
      line_derived: line.line_derived,
      odds: line.odds,
      link: line.link,
      previous_odds: null,
      previous_line: null,
    }
    if (this.#delayed) record.delayed = true
    if (line.extras !== undefined) Object.assign(record, line.extras)
    this.records.push(record)
    return record
  }

  /** The change just written is not known to be what the book quotes now. */
  markUnverified(): void {
    const record = this.records[this.records.length - 1]! as { unverified?: true }
    record.unverified = true
  }

  /** The line changes written from here on are not known to be what the book quotes now. */
  markUnverifiedFrom(from: number): void {
    for (let index = from; index < this.records.length; index++) {
      const record = this.records[index]! as { outcome?: unknown; change?: unknown; unverified?: true }
      if (record.change !== undefined && record.outcome !== undefined && record.change !== "line_closed") {
        record.unverified = true
      }
    }
  }

  /** The session of this name as one we may change; made where there is none. */
  session(event: FeedEvent, at: Millis): SessionState {
    const known = this.core.sessions.get(event.session)
    if (known !== undefined && known.owner === this.owner) return known
    if (known === undefined) this.core.bytes += sessionBytes(event.session)
    const session: SessionState = known === undefined
      ? newSession(event.session, at, this.owner, this.core.options.heartbeatMillis)
      : copySession(known, this.owner)
    this.core.sessions.set(event.session, session)
    this.arm(session.checks.heartbeatAt)
    return session
  }

  /** A session as one we may change. */
  ownSession(session: SessionState): SessionState {
    if (session.owner === this.owner) return session
    const own = copySession(session, this.owner)
    this.core.sessions.set(session.name, own)
    return own
  }

  /** The entry of a sportsbook as one we may change; made where there is none. */
  sportsbook(session: SessionState, sportsbook: string): SportsbookEntry {
    const known = session.sportsbooks.get(sportsbook)
    if (known !== undefined && known.owner === this.owner) return known
    if (known === undefined) this.core.bytes += sportsbookBytes(sportsbook)
    const entry: SportsbookEntry = known === undefined
      ? newSportsbook(sportsbook, this.owner, session.refusedRemoval)
      : copySportsbook(known, this.owner)
    session.sportsbooks.set(sportsbook, entry)
    return entry
  }

  /** A game as one we may change. */
  game(entry: SportsbookEntry, game: Game): Game {
    if (game.owner === this.owner) return game
    const own: Game = { ...game, owner: this.owner, lines: new Map(game.lines) }
    entry.games.set(game.game, own)
    return own
  }

  /** A sportsbook of the session that sent something now may fall silent. */
  expectSportsbooks(session: SessionState, at: Millis): void {
    const due = at + this.core.options.bookSilentMillis
    if (due >= session.checks.sportsbooksAt) return
    session.checks.sportsbooksAt = due
    this.arm(due)
  }

  /** A deadline was set for this time. */
  arm(at: Millis): void {
    if (at < this.core.due) this.core.due = at
  }

  /** Gives the core away: from here on everything is copied before it is changed. */
  handOver(): void {
    this.core = copyCore(this.core)
    this.owner = { of: "draft" }
  }

  /** A new moment: everything confirmed before it no longer counts. */
  invalidate(): number {
    return ++this.core.moment
  }
}
