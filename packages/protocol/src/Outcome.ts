/** Outcomes as they stand on the wire: one price a sportsbook quotes. */
import * as Schema from "effect/Schema"

/**
 * One price of one game at one sportsbook, as sent.
 *
 * Every field may be missing, and fields nobody has seen yet are kept. `odds` is nearly always a signed American
 * integer in a string (`"-110"`); `null` and `""` mean suspended. `outcome_line` comes as string, number or null,
 * mixed within one market. Source: PROTOCOL, "Messages". A `link` of any other type than a string means none: it must not
 * cost the price beside it.
 */
export interface Outcome {
  readonly odds?: string | number | null
  /** A string where there is one; `""`, null and anything else mean none. */
  readonly link?: unknown
  /** The market: `Moneyline`, `Spread`, `Total Points`, … */
  readonly outcome_name?: string | null
  readonly outcome_line?: string | number | null
  /** `O`/`U` on totals, `Over`/`Under` on player props, null elsewhere. */
  readonly outcome_over_under?: string | null
  /** Team, player, `Draw`, or null on totals. */
  readonly outcome_target?: string | null
  readonly [field: string]: unknown
}

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const TextOrNumber = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))

/** The schema of {@link Outcome}; unknown fields survive. */
export const Outcome: Schema.Codec<Outcome> = Schema.StructWithRest(
  Schema.Struct({
    odds: TextOrNumber,
    link: Schema.optionalKey(Schema.Unknown),
    outcome_name: Text,
    outcome_line: TextOrNumber,
    outcome_over_under: Text,
    outcome_target: Text,
  }),
  [Schema.Record(Schema.String, Schema.Unknown)],
).annotate({
  identifier: "Outcome",
  title: "Outcome",
  description: "One price of one game at one sportsbook, as sent.",
})

const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === "string"
const isTextOrNumber = (value: unknown): boolean => typeof value === "number" || isText(value)

/**
 * Whether a value has the shape of an {@link Outcome}.
 *
 * The hand-written equal of `Schema.is(Outcome)` for the hot path; a property test holds the two together.
 */
export const isOutcome = (value: unknown): value is Outcome => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const outcome = value as Record<string, unknown>
  return isTextOrNumber(outcome["odds"]) && isTextOrNumber(outcome["outcome_line"]) &&
    isText(outcome["outcome_name"]) &&
    isText(outcome["outcome_target"]) && isText(outcome["outcome_over_under"])
}
