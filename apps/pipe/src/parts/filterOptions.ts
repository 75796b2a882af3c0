/** Which part of a feed, as options. */
import type { Filters } from "@boltodds/protocol"
import * as Schema from "effect/Schema"

/** Names as the catalog has them; a kind that is left out means all. */
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
  sports: names("Sports or leagues, as `catalog sports` has them. Default: all."),
  sportsbooks: names("Sportsbooks, as listed by `catalog sportsbooks`. Default: all."),
  games: names("Games, by their whole keys in `catalog games`. Default: all."),
  markets: names("Markets, as `catalog markets` has them. Default: all."),
}

/** The filters in options. An empty list is left out, as if it had not been given. */
export const filtersIn = ({ sports, sportsbooks, games, markets }: FilterOptions): Filters =>
  Object.fromEntries(
    Object.entries({ sports, sportsbooks, games, markets }).filter(([, list]) => list !== undefined && list.length > 0),
  )
