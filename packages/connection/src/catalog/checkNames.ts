/** The check that the names in filters exist: the server ignores other names without an error. */
import { type CatalogGame, type Filters, type InfoBody, type MarketsBody, normalizeFilters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Catalog } from "./Catalog.ts"
import type { CatalogError } from "./CatalogError.ts"
import type { StoredUse } from "./CatalogStore.ts"
import { nearestNames } from "@boltodds/text"

/** What a name in a filter is the name of. */
export type NameKind = "sport" | "sportsbook" | "game" | "market"

/** A name that is not in the catalog. */
export interface UnknownName {
  readonly kind: NameKind
  readonly name: string
  /** Similar names, the nearest first. */
  readonly nearest: ReadonlyArray<string>
}

/** The result of a check of filters. */
export interface NameReport {
  readonly unknown: ReadonlyArray<UnknownName>
  /** How many games the catalog lists within the filters. Undefined if it was not asked. */
  readonly games: number | undefined
  /** The oldest stored answer that was used, if any. */
  readonly stored?: StoredUse | undefined
}

/** The parts of a catalog that filters are compared with. Parts that are left out are not checked. */
export interface KnownNames {
  readonly info?: InfoBody
  readonly games?: ReadonlyArray<CatalogGame>
  readonly markets?: MarketsBody
}

/** Compares filters with known names. Pure. */
export const compareNames = (filters: Filters, known: KnownNames): NameReport => {
  const { sports, sportsbooks, games, markets } = normalizeFilters(filters)
  const gameKeys = known.games?.map(({ game }) => game)
  const marketNames = known.markets === undefined
    ? undefined
    : Object.values(known.markets).flatMap((bySport) => Object.values(bySport).flat())
  return {
    unknown: [
      ...unknownIn("sport", sports, known.info?.sports),
      ...unknownIn("sportsbook", sportsbooks, known.info?.sportsbooks),
      ...unknownIn("game", games, gameKeys),
      ...unknownIn("market", markets, marketNames),
    ],
    games: known.games?.filter(({ game, sport }) =>
      (games === undefined || games.includes(game)) &&
      (sports === undefined || sport === null || sports.includes(sport))
    ).length,
  }
}

const unknownIn = (
  kind: NameKind,
  asked: ReadonlyArray<string> | undefined,
  known: ReadonlyArray<string> | undefined,
): ReadonlyArray<UnknownName> => {
  if (asked === undefined || known === undefined) return []
  const names = new Set(known)
  return asked.filter((name) => !names.has(name)).map((name) => ({ kind, name, nearest: nearestNames(name, names) }))
}

/**
 * Checks the names in filters against the catalog. Asks only what the filters need: one request for sports and
 * sportsbooks, one for games, one for markets (of the sports and sportsbooks that exist).
 */
export const checkNames = (filters: Filters, catalog: Catalog): Effect.Effect<NameReport, CatalogError> =>
  Effect.gen(function* () {
    const { sports, sportsbooks, games, markets } = normalizeFilters(filters)
    const info = sports === undefined && sportsbooks === undefined ? undefined : yield* catalog.info
    const known: KnownNames = {
      ...(info === undefined ? {} : { info }),
      ...(games === undefined && sports === undefined ? {} : { games: yield* catalog.games }),
      ...(markets === undefined ? {} : {
        markets: yield* catalog.markets({
          sports: sports?.filter((name) => info?.sports.includes(name)) ?? [],
          sportsbooks: sportsbooks?.filter((name) => info?.sportsbooks.includes(name)) ?? [],
        }),
      }),
    }
    const report = compareNames(filters, known)
    const stored = catalog.stored === undefined ? [] : yield* catalog.stored
    const [oldest] = stored.filter(({ path }) => asked(known).includes(path)).sort((a, b) => a.at - b.at)
    return oldest === undefined ? report : { ...report, stored: oldest }
  })

const asked = ({ info, games, markets }: KnownNames): ReadonlyArray<string> => [
  ...(info === undefined ? [] : ["get_info"]),
  ...(games === undefined ? [] : ["get_games"]),
  ...(markets === undefined ? [] : ["get_markets"]),
]

/** ``no sportsbook `draftking`; did you mean `draftkings`?`` */
export const describeUnknown = ({ kind, name, nearest }: UnknownName): string => {
  const meant = nearest.map((near) => `\`${near}\``)
  const last = meant.pop()
  const choice = meant.length === 0 ? last : `${meant.join(", ")} or ${last}`
  return `no ${kind} \`${name}\`${last === undefined ? "" : `; did you mean ${choice}?`}`
}
