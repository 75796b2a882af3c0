/** The filters of a feed, as options. */
import type { Filters } from "@boltodds/protocol"
import * as Schema from "effect/Schema"

/** Names from the catalog. A kind that is left out means all. */
export interface FilterOptions {
  readonly sports?: ReadonlyArray<string>
  readonly sportsbooks?: ReadonlyArray<string>
  readonly games?: ReadonlyArray<string>
  readonly markets?: ReadonlyArray<string>
}

/** The names of {@link FilterOptions}. */
export const filterNames = ["sports", "sportsbooks", "games", "markets"] as const

const names = (description: string) => Schema.optionalKey(Schema.Array(Schema.String).annotate({ description }))

/** The fields of {@link FilterOptions}. */
export const filterFields = {
  sports: names("Sports or leagues, as listed by `catalog sports`. Default: all."),
  sportsbooks: names("Sportsbooks, as listed by `catalog sportsbooks`. Default: all."),
  games: names("Games, by the whole key as listed by `catalog games`. Default: all."),
  markets: names("Markets, as listed by `catalog markets`. Default: all."),
}

/** The filters in options. An empty list is left out and means all. */
export const filtersIn = ({ sports, sportsbooks, games, markets }: FilterOptions): Filters =>
  Object.fromEntries(
    Object.entries({ sports, sportsbooks, games, markets }).filter(([, list]) => list !== undefined && list.length > 0),
  )
