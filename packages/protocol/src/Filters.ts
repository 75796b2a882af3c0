/** What a session asks the feed for. */
import * as Schema from "effect/Schema"
import { comparableName } from "./comparableName.ts"

/**
 * Which part of the feed to receive. A key left out means "all"; names must match the catalog exactly.
 *
 * An empty array would mean "nothing" to the server, and only pings would come: {@link subscribeMessage} leaves it out.
 * Source: PROTOCOL, "A connection's life".
 */
export interface Filters {
  readonly sports?: ReadonlyArray<string>
  readonly sportsbooks?: ReadonlyArray<string>
  /** Whole game keys. */
  readonly games?: ReadonlyArray<string>
  /** Market names, compared with an outcome's `outcome_name`. */
  readonly markets?: ReadonlyArray<string>
}

/** {@link Filters} as a program gives them: undefined stands for a key left out. */
export type GivenFilters = { readonly [Kind in keyof Filters]?: Filters[Kind] | undefined }

const Names = Schema.optionalKey(Schema.Array(Schema.String))

/** The schema of {@link Filters}. */
export const Filters: Schema.Codec<Filters> = Schema.Struct({
  sports: Names,
  sportsbooks: Names,
  games: Names,
  markets: Names,
}).annotate({ identifier: "Filters" })

/** The filters without empty lists and repeated names, keys in a fixed order. */
export const normalizeFilters = (filters: GivenFilters): Filters => {
  const kept: { -readonly [K in keyof Filters]: Filters[K] } = {}
  for (const key of ["sports", "sportsbooks", "games", "markets"] as const) {
    const names = filters[key]
    if (names !== undefined && names.length > 0) kept[key] = [...new Set(names)]
  }
  return kept
}

/** The text of the subscribe message for these filters. An empty list cannot be sent. */
export const subscribeMessage = (filters: Filters): string =>
  JSON.stringify({ action: "subscribe", filters: normalizeFilters(filters) })

/** {@link Filters} made ready for many questions. */
export interface FilterMatch {
  readonly game: (sport: string, sportsbook: string, game: string) => boolean
  readonly book: (sportsbook: string) => boolean
  readonly market: (market: string | null) => boolean
  /** Whether nothing is left out. */
  readonly isOpen: boolean
  /** Whether some market is left out. */
  readonly hasMarkets: boolean
}

/**
 * Compiles filters into predicates. Names are compared in one Unicode form with white space folded (`comparableName`),
 * and case counts. Outcomes without a market name pass every market filter: nothing excludes them.
 */
export const matchFilters = (filters: Filters): FilterMatch => {
  const { sports, sportsbooks, games, markets } = normalizeFilters(filters)
  const within = (names: ReadonlyArray<string> | undefined): (name: string) => boolean => {
    if (names === undefined) return () => true
    const set = new Set([...names, ...names.map(comparableName)])
    return (name) => set.has(name) || set.has(comparableName(name))
  }
  const [sport, book, game, market] = [within(sports), within(sportsbooks), within(games), within(markets)]
  return {
    game: (s, b, g) => book(b) && sport(s) && game(g),
    book,
    market: (name) => name === null || market(name),
    isOpen: sports === undefined && sportsbooks === undefined && games === undefined && markets === undefined,
    hasMarkets: markets !== undefined,
  }
}
