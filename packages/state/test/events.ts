/** Events written by hand: one way to make each kind of fixture. */
import { type FeedEvent, type Filters, makeFrame, type Millis, type Outcome } from "@boltodds/protocol"

/** An outcome of a market, with the fields a test cares about. */
export const outcome = (odds: Outcome["odds"], rest: Partial<Outcome> = {}): Outcome => ({
  ...(odds === undefined ? {} : { odds }),
  link: "",
  outcome_name: "Moneyline",
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: "Home",
  ...rest,
})

/** A message about a game. */
export const message = (
  action: string,
  sportsbook: string,
  game: string,
  outcomes: Record<string, unknown>,
  rest: {
    readonly timestamp?: string
    readonly sport?: string
    readonly info?: Record<string, unknown>
    /** Fields of `data` beside or instead of the usual ones. */
    readonly data?: Record<string, unknown>
  } = {},
): unknown => ({
  ...(rest.timestamp === undefined ? {} : { timestamp: rest.timestamp }),
  action,
  data: {
    sport: rest.sport ?? "MLB",
    sportsbook,
    game,
    home_team: "Home",
    away_team: "Away",
    info: rest.info ?? {},
    outcomes,
    ...rest.data,
  },
})

/** A clear of a book, or of one sport of it. */
export const clear = (sportsbook: string, sport?: string, timestamp?: string): unknown => ({
  ...(timestamp === undefined ? {} : { timestamp }),
  action: sport === undefined ? "book_clear" : "sport_clear",
  data: { sport: sport ?? {}, sportsbook, game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} },
})

/** Writes the events of one session, moving its clock. */
export class Script {
  readonly events: Array<FeedEvent>
  readonly session: string
  epoch = 0
  at: Millis

  /** Given `events` of another script, writes after them: two sessions in one log. */
  constructor(session = "main", at: Millis = Date.UTC(2026, 6, 16), events: Array<FeedEvent> = []) {
    this.session = session
    this.at = at
    this.events = events
  }

  get #head(): { session: string; epoch: number; at: Millis } {
    return { session: this.session, epoch: this.epoch, at: this.at }
  }

  wait(millis: Millis): this {
    this.at += millis
    return this
  }

  connect(filters: Filters = {}): this {
    this.epoch++
    this.events.push({ _tag: "Connected", ...this.#head, plan: "Pro" })
    return this.subscribe(filters)
  }

  subscribe(filters: Filters): this {
    this.events.push({ _tag: "Subscribed", ...this.#head, filters })
    return this
  }

  frame(...messages: ReadonlyArray<unknown>): this {
    return this.raw(JSON.stringify(messages.length === 1 ? messages[0] : messages))
  }

  raw(raw: string | Uint8Array): this {
    this.events.push(makeFrame(this.session, this.epoch, this.at, raw))
    return this
  }

  disconnect(): this {
    this.events.push({ _tag: "Disconnected", ...this.#head, reason: { kind: "closed", code: 1006 } })
    return this
  }

  pause(): this {
    return this.#plain("Paused")
  }

  resume(): this {
    return this.#plain("Resumed")
  }

  silent(): this {
    return this.#plain("Silent")
  }

  heard(): this {
    return this.#plain("Heard")
  }

  tick(wall: Millis = this.at): this {
    this.events.push({ _tag: "Tick", ...this.#head, wall })
    return this
  }

  #plain(tag: "Paused" | "Resumed" | "Silent" | "Heard"): this {
    this.events.push({ _tag: tag, ...this.#head })
    return this
  }
}
