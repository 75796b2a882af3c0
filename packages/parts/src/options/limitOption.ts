/** Bounds of the book, as an option of sources. */
import { ByteSize } from "@boltodds/config"
import { defaultStateLimits, type StateLimit, type StateLimits } from "@boltodds/state"
import * as Schema from "effect/Schema"

/** How much the book of a source may hold. */
export interface LimitOptions {
  readonly limits?: Partial<StateLimits>
}

/** The names of all bounds. */
export const limitNames: ReadonlyArray<StateLimit> = Object.keys(defaultStateLimits) as ReadonlyArray<StateLimit>

const number = new Intl.NumberFormat("en")
const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))
const most = (name: StateLimit, what: string) =>
  Schema.optionalKey(count.annotate({ description: `${what}. Default ${number.format(defaultStateLimits[name])}.` }))

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
