/** Options of the emits that compare sportsbooks, as configurations write them. */
import { type OptionProblem, PositiveDuration, type WrittenOptions } from "@boltodds/config"
import { type Aliases, kinds, parseAliases, parseSportsbooks, scopes, sportsbookKinds } from "@boltodds/market"
import { type DevigMethod, devigMethods } from "@boltodds/odds"
import type { Emit } from "@boltodds/pipeline"
import type { SignalSettings } from "@boltodds/signals"
import type { ReferenceOptions as ReferenceSettings } from "@boltodds/signals/emits"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const expectedShare = "a percentage such as 2%, or a fraction below 1"

/** A share: `2%`, or a number from 0 to below 1. `2` is refused: it may mean either. */
export const Share: Schema.Codec<number, number | string> = Schema.Union([
  Schema.Number.check(
    Schema.makeFilter<number>((share) => share >= 0 && share < 1, { expected: `${expectedShare} (2 % is 2% or 0.02)` }),
  ),
  Schema.String.check(Schema.isPattern(/^\d{1,2}(?:\.\d+)?\s?%$/, { expected: expectedShare })),
]).annotate({ expected: expectedShare, examples: ["2%"] }).pipe(Schema.decodeTo(
  Schema.Number,
  SchemaTransformation.transform({
    decode: (share) => typeof share === "number" ? share : Number(share.replace(/\s?%$/, "")) / 100,
    encode: (share): number | string => share,
  }),
))

const fee = Schema.Struct({
  winnings: Schema.optionalKey(Share.annotate({ description: "Of what is won." })),
  stake: Schema.optionalKey(Share.annotate({ description: "Of what is bet." })),
  contract: Schema.optionalKey(Share.annotate({ description: "Of a contract: times p and 1 - p." })),
})

const sportsbook = Schema.Struct({
  kind: Schema.optionalKey(Schema.Literals(sportsbookKinds)),
  bettable: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Whether it takes bets. What takes none is left out altogether." }),
  ),
  family: Schema.optionalKey(
    Schema.String.annotate({ description: "Sportsbooks of one family share prices, and count as one." }),
  ),
  fee: Schema.optionalKey(
    fee.annotate({ description: "Default: none; 2% of winnings at exchanges and prediction markets." }),
  ),
})

const text = Schema.optionalKey(Schema.String)
const marketAlias = Schema.Struct({
  market: Schema.String,
  sportsbook: text,
  sport: text,
  period: text,
  kind: Schema.optionalKey(Schema.Literals(kinds)),
  scope: Schema.optionalKey(Schema.Literals(scopes)),
  stat: text,
})

/** What is known of sportsbooks and names. */
const signals = Schema.Struct({
  sportsbooks: Schema.optionalKey(
    Schema.Record(Schema.String, sportsbook).annotate({ description: "What you know of sportsbooks, by their names." }),
  ),
  aliases: Schema.optionalKey(
    Schema.Struct({
      markets: Schema.optionalKey(Schema.Array(marketAlias)),
      people: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    }).annotate({ description: "What names of markets and players mean." }),
  ),
  max_start_skew: Schema.optionalKey(PositiveDuration.annotate({
    description: "A sportsbook whose start of an event is further from that of most is left out. Default 90m.",
  })),
})

type Signals = typeof signals.Type

/** Options that all emits of signals have. */
export interface SignalOptions {
  readonly signals?: Signals
  readonly bet_at?: ReadonlyArray<string>
}

/** The fields of {@link SignalOptions}. */
export const signalFields = {
  signals: Schema.optionalKey(signals.annotate({ description: "What is known of sportsbooks and names." })),
  bet_at: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)).annotate({
      description: "Where you bet. Default: all that take bets.",
    }),
  ),
}

/** The settings that options mean. */
export const settingsOf = ({ signals = {}, bet_at }: SignalOptions): SignalSettings => {
  const { sportsbooks, aliases, max_start_skew } = signals
  return {
    ...sportsbooks === undefined ? {} : { sportsbooks },
    ...aliases === undefined ? {} : { aliases: { markets: [], people: {}, ...aliases } as Aliases },
    ...max_start_skew === undefined ? {} : { maxStartSkewMillis: Duration.toMillis(max_start_skew) },
    ...bet_at === undefined ? {} : { betAt: bet_at },
  }
}

/** Where fair probabilities are from. */
export interface ReferenceOptions {
  readonly method?: DevigMethod
  readonly reference?: ReadonlyArray<string>
  readonly min_sportsbooks?: number
}

/** The fields of {@link ReferenceOptions}. */
export const referenceFields = {
  method: Schema.optionalKey(
    Schema.Literals(devigMethods).annotate({ description: "How the margin is taken out. Default multiplicative." }),
  ),
  reference: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)).annotate({
      description: "Sportsbooks, or consensus: the first that has all sides. Default pinnacle, ps3838, consensus.",
    }),
  ),
  min_sportsbooks: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(2, { expected: "a whole number from 2 on" })).annotate({
      description: "How many a consensus needs; those that share prices count as one. Default 3.",
    }),
  ),
}

/** The settings of a reference. */
export const referenceSettingsOf = ({ method, reference, min_sportsbooks }: ReferenceOptions): ReferenceSettings => ({
  ...method === undefined ? {} : { method },
  ...reference === undefined ? {} : { reference },
  ...min_sportsbooks === undefined ? {} : { minSportsbooks: min_sportsbooks },
})

/** What the schema cannot say: names that are there twice, aliases that mean nothing. */
export const signalProblems = ({ signals: written }: WrittenOptions): ReadonlyArray<OptionProblem> => {
  if (typeof written !== "object" || written === null) return []
  const { aliases, sportsbooks } = written as { readonly aliases?: unknown; readonly sportsbooks?: unknown }
  const names = typeof sportsbooks === "object" && sportsbooks !== null && !Array.isArray(sportsbooks)
    // Their facts are the schema's matter.
    ? Object.fromEntries(Object.keys(sportsbooks).map((name) => [name, {}]))
    : {}
  const books = parseSportsbooks(names)
  const read = aliases === undefined ? undefined : parseAliases(aliases)
  return [
    ...problemsAt(["signals", "sportsbooks"], books._tag === "Invalid" ? books.problems : []),
    ...problemsAt(["signals", "aliases"], read?._tag === "Invalid" ? read.problems : []),
  ]
}

const problemsAt = (path: ReadonlyArray<string>, problems: ReadonlyArray<string>): ReadonlyArray<OptionProblem> =>
  problems.map((problem) => ({ path, message: problem, remedy: "see docs/markets.md" }))

/** How many emits are kept for sinks with the same options. */
const mostShared = 64

/**
 * Makes one emit for all sinks that say the same: a run opens it once, with one index. An emit has no state of its own.
 */
export const shared = <Options, A>(
  make: (options: Options, context: { readonly control: boolean }) => Emit<A>,
): (options: Options, context: { readonly control: boolean }) => Emit<A> => {
  const made = new Map<string, Emit<A>>()
  return (options, { control }) => {
    const key = JSON.stringify([options, control])
    const known = made.get(key) ?? make(options, { control })
    if (made.size >= mostShared) made.clear()
    made.set(key, known)
    return known
  }
}
