/** Names that were asked for and of which nothing has come yet. */
import { type Filters, type GameData, normalizeFilters } from "@boltodds/protocol"

/** Names of each kind; those that come are taken out. */
export interface Awaited {
  readonly sports: Set<string>
  readonly sportsbooks: Set<string>
  readonly games: Set<string>
  readonly markets: Set<string>
}

/** All names of these filters. */
export const awaitAll = (filters: Filters): Awaited | undefined => {
  const { sports, sportsbooks, games, markets } = normalizeFilters(filters)
  return withNames({
    sports: new Set(sports),
    sportsbooks: new Set(sportsbooks),
    games: new Set(games),
    markets: new Set(markets),
  })
}

/** A copy that can be changed alone. */
export const copyAwaited = ({ sports, sportsbooks, games, markets }: Awaited): Awaited => ({
  sports: new Set(sports),
  sportsbooks: new Set(sportsbooks),
  games: new Set(games),
  markets: new Set(markets),
})

/** The names in order, by kind. */
export const listAwaited = (awaited: Awaited | undefined): Required<Filters> => ({
  sports: [...awaited?.sports ?? []].sort(),
  sportsbooks: [...awaited?.sportsbooks ?? []].sort(),
  games: [...awaited?.games ?? []].sort(),
  markets: [...awaited?.markets ?? []].sort(),
})

/** Removes the names of a message. Returns what is still awaited; undefined if nothing is. Runs only while something is. */
export const noteArrived = (awaited: Awaited, data: GameData): Awaited | undefined => {
  if (awaited.markets.size > 0) {
    for (const key in data.outcomes) {
      const market: unknown = (data.outcomes[key] as { outcome_name?: unknown } | null | undefined)?.outcome_name
      if (typeof market === "string") awaited.markets.delete(market)
    }
  }
  return noteGame(awaited, data)
}

/** Removes the names of a game. Returns what is still awaited; undefined if nothing is. */
export const noteGame = (
  awaited: Awaited,
  { sport, sportsbook, game }: { readonly sport: string; readonly sportsbook: string; readonly game: string },
): Awaited | undefined => {
  awaited.sports.delete(sport)
  awaited.sportsbooks.delete(sportsbook)
  awaited.games.delete(game)
  return withNames(awaited)
}

const withNames = (awaited: Awaited): Awaited | undefined =>
  awaited.sports.size + awaited.sportsbooks.size + awaited.games.size + awaited.markets.size === 0 ? undefined : awaited
