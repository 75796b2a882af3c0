/** Options that several sources have: filters, unknown actions to ignore, bounds of the book. */
import { type Filters, isKnownAction } from "@boltodds/protocol"
import * as Schema from "effect/Schema"
import { ByteSize, type Log } from "@boltodds/config"
import { defaultStateLimits, type StateLimit, type StateLimits, type StateOptions } from "@boltodds/state"
import { countText } from "@boltodds/text"

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

/** The option. */
export interface IgnoreOptions {
  readonly ignore?: ReadonlyArray<string>
}

const unknownAction = Schema.NonEmptyString.check(
  Schema.makeFilter((name) => !isKnownAction(name), { expected: "an action that this program does not know" }),
)

/** The field of {@link IgnoreOptions}. */
export const ignoreFields = {
  ignore: Schema.optionalKey(
    Schema.Array(unknownAction).annotate({
      description: "Unknown actions to ignore: their messages make nothing unverified. Default: none.",
    }),
  ),
}

/** The option of the reducer, with the actions of a recording (`others`) first. Logs which actions are ignored. */
export const ignoring = (
  { ignore = [] }: IgnoreOptions,
  log: Log,
  others: ReadonlyArray<string> = [],
): Pick<StateOptions, "ignoredActions"> => {
  const all = [...new Set([...others, ...ignore])]
  if (all.length === 0) return {}
  log("info", `messages of these unknown actions are ignored: ${all.join(", ")}`)
  return { ignoredActions: all }
}

/** How much the book of a source may hold. */
export interface LimitOptions {
  readonly limits?: Partial<StateLimits>
}

/** The names of all bounds. */
export const limitNames: ReadonlyArray<StateLimit> = Object.keys(defaultStateLimits) as ReadonlyArray<StateLimit>

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))
const most = (name: StateLimit, what: string) =>
  Schema.optionalKey(count.annotate({ description: `${what}. Default ${countText(defaultStateLimits[name])}.` }))

const bounds = {
  sessions: most("sessions", "Sessions"),
  sportsbooks: most("sportsbooks", "Sportsbooks of one session"),
  games: most("games", "Games of all sessions"),
  outcomes: most("outcomes", "Outcomes of one game"),
  characters: most("characters", "Characters of a name; a link may have 10 times as many"),
  bytes: Schema.optionalKey(ByteSize.annotate({
    description: "Estimated size of the book in memory. Default, and at most: a third of V8's heap.",
  })),
} satisfies { readonly [Name in StateLimit]: unknown }

/** The field of {@link LimitOptions}. */
export const limitFields = {
  limits: Schema.optionalKey(
    Schema.Struct(bounds).annotate({
      description:
        "How much the book may hold. A message beyond a bound is not applied: its scope becomes unverified, and a " +
        "`quarantined` record names the bound.",
    }),
  ),
}
