/** What a client asked for, and which part of a message that is. */
import type { FeedMessage, Filters, GameData, Outcome } from "@boltodds/protocol"

/** The filter lists, in the order of their names on the wire. */
const names = ["sports", "sportsbooks", "games", "markets"] as const

/**
 * A client's filters as the server understands them.
 *
 * Exact names; a name that nothing has is ignored, silently. A list left out means all; an empty one means nothing.
 * Anything that is not a list of strings counts as left out. Source: PROTOCOL, "A connection's life".
 */
export class Subscription {
  readonly filters: Filters
  readonly #sports: ReadonlySet<string> | undefined
  readonly #sportsbooks: ReadonlySet<string> | undefined
  readonly #games: ReadonlySet<string> | undefined
  readonly #markets: ReadonlySet<string> | undefined

  constructor(filters: Filters) {
    this.filters = filters
    this.#sports = setOf(filters.sports)
    this.#sportsbooks = setOf(filters.sportsbooks)
    this.#games = setOf(filters.games)
    this.#markets = setOf(filters.markets)
  }

  /** Whether everything passes: frames can be sent as they are. */
  get takesAll(): boolean {
    return this.#sports === undefined && this.#sportsbooks === undefined && this.#games === undefined &&
      this.#markets === undefined
  }

  /** Whether odds of this game at this book may be sent. */
  takesGame(sport: string, sportsbook: string, game: string): boolean {
    return this.#takesBook(sportsbook) && (this.#sports === undefined || this.#sports.has(sport)) &&
      (this.#games === undefined || this.#games.has(game)) && this.#markets?.size !== 0
  }

  /** Whether an outcome of a game that is sent is sent with it. One without a market name always is. */
  takesOutcome(outcome: Outcome): boolean {
    if (this.#markets === undefined) return true
    const market: unknown = typeof outcome === "object" && outcome !== null ? outcome.outcome_name : undefined
    return typeof market !== "string" || this.#markets.has(market)
  }

  /**
   * The part of a message that this client gets: the message itself where that is all of it, undefined where it is
   * nothing. A full message can be left without outcomes; a line update cannot.
   */
  part(message: FeedMessage): FeedMessage | undefined {
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update": {
        const { data } = message
        if (!this.takesGame(data.sport, data.sportsbook, data.game)) return undefined
        const outcomes = this.partOf(data)
        if (outcomes === data.outcomes) return message
        if (message.action === "line_update" && Object.keys(outcomes).length === 0) return undefined
        return { ...message, data: { ...data, outcomes } }
      }
      case "game_removed":
        return this.takesGame(message.data.sport, message.data.sportsbook, message.data.game) ? message : undefined
      case "book_clear":
        return this.#takesBook(message.data.sportsbook) ? message : undefined
      case "sport_clear": {
        const { sport, sportsbook } = message.data
        return this.#takesBook(sportsbook) && (this.#sports === undefined || this.#sports.has(sport))
          ? message
          : undefined
      }
      default:
        return message
    }
  }

  /** The outcomes of a game that this client gets; the very same object where that is all of them. */
  partOf(data: GameData): GameData["outcomes"] {
    if (this.#markets === undefined) return data.outcomes
    const all = Object.entries(data.outcomes)
    const kept = all.filter(([, outcome]) => this.takesOutcome(outcome))
    return kept.length === all.length ? data.outcomes : Object.fromEntries(kept)
  }

  /** A full clear of nothing asked for is not sent: with an empty list of anything, only pings come. */
  #takesBook(sportsbook: string): boolean {
    return (this.#sportsbooks === undefined || this.#sportsbooks.has(sportsbook)) && this.#sports?.size !== 0 &&
      this.#games?.size !== 0 && this.#markets?.size !== 0
  }
}

const setOf = (list: ReadonlyArray<string> | undefined): ReadonlySet<string> | undefined =>
  list === undefined ? undefined : new Set(list)

/** What a client's text asks for: filters, or undefined where it is no subscribe message. */
export const readSubscribe = (text: string): Filters | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not JSON is not a subscribe message; what the server does about it is not this function's to say.
    return undefined
  }
  if (!isObject(value) || value["action"] !== "subscribe") return undefined
  // Filters outside `filters` are ignored: PROTOCOL, "A connection's life".
  const given = isObject(value["filters"]) ? value["filters"] : {}
  const filters: { -readonly [K in keyof Filters]: Filters[K] } = {}
  for (const name of names) {
    const list = given[name]
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) filters[name] = list
  }
  return filters
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
