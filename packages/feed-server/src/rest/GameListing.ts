/** The names that the REST endpoints list, and that filters may use. */
import type { FeedMessage } from "@boltodds/protocol"
import type { FeedBook } from "../messages/FeedBook.ts"

/** One game of `get_games`. Source: PROTOCOL, "Endpoints". */
export interface ListedGame {
  readonly sport: string
  readonly game: string
  readonly when: string | null
  readonly universal_id: string | null
  readonly orig_teams: string | null
}

/** Collects every name that messages mention. */
export class GameListing {
  readonly sports: Set<string>
  readonly sportsbooks: Set<string>
  readonly games: Map<string, ListedGame> = new Map()
  /** Sportsbook to sport to markets. */
  readonly #markets = new Map<string, Map<string, Set<string>>>()

  /** `sports`, `sportsbooks`: names that are listed whether or not messages mention them. */
  constructor(sports: Iterable<string> = [], sportsbooks: Iterable<string> = []) {
    this.sports = new Set(sports)
    this.sportsbooks = new Set(sportsbooks)
  }

  /** Takes in the names of one message. */
  note(message: FeedMessage): void {
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update": {
        const { sport, sportsbook, game, info, outcomes, universal_game_id } = message.data
        this.sports.add(sport)
        this.sportsbooks.add(sportsbook)
        this.#game(sport, game, info ?? {}, universal_game_id ?? null)
        for (const outcome of Object.values(outcomes)) {
          const market: unknown = typeof outcome === "object" && outcome !== null ? outcome.outcome_name : undefined
          if (typeof market === "string") this.#market(sportsbook, sport, market)
        }
      }
    }
  }

  /** The names of everything in a book. */
  static of(book: FeedBook, sports: Iterable<string>, sportsbooks: Iterable<string>): GameListing {
    const catalog = new GameListing(sports, sportsbooks)
    for (const entry of book.entries()) {
      catalog.note({
        action: "initial_state",
        data: { ...entry.data, outcomes: Object.fromEntries(entry.outcomes) },
      })
    }
    return catalog
  }

  /** The body of `get_info`. */
  info(): { readonly sports: ReadonlyArray<string>; readonly sportsbooks: ReadonlyArray<string> } {
    return { sports: [...this.sports], sportsbooks: [...this.sportsbooks] }
  }

  /** The body of `get_games`: an object by game key. */
  listGames(): Record<string, ListedGame> {
    return Object.fromEntries(this.games)
  }

  /** The body of `get_markets`, only for these sports and sportsbooks if given. */
  listMarkets(
    sports: ReadonlySet<string> | undefined,
    sportsbooks: ReadonlySet<string> | undefined,
  ): Record<string, Record<string, ReadonlyArray<string>>> {
    const books: Array<[string, Record<string, ReadonlyArray<string>>]> = []
    for (const [sportsbook, bySport] of this.#markets) {
      if (sportsbooks !== undefined && !sportsbooks.has(sportsbook)) continue
      const listed = [...bySport].filter(([sport]) => sports === undefined || sports.has(sport))
      if (listed.length > 0) {
        books.push([sportsbook, Object.fromEntries(listed.map(([sport, markets]) => [sport, [...markets]]))])
      }
    }
    return Object.fromEntries(books)
  }

  #game(sport: string, game: string, info: { readonly [field: string]: unknown }, universalId: string | null): void {
    const text = (field: string): string | null => typeof info[field] === "string" ? info[field] : null
    const known = this.games.get(game)
    if (known !== undefined && known.orig_teams !== null) return
    this.games.set(game, {
      sport,
      game,
      when: known?.when ?? text("when"),
      universal_id: known?.universal_id ?? universalId ?? text("universal_id"),
      orig_teams: text("orig_teams"),
    })
  }

  #market(sportsbook: string, sport: string, market: string): void {
    let bySport = this.#markets.get(sportsbook)
    if (bySport === undefined) this.#markets.set(sportsbook, bySport = new Map())
    const markets = bySport.get(sport)
    if (markets === undefined) bySport.set(sport, new Set([market]))
    else markets.add(market)
  }
}
