/** Lengths of time, as a configuration writes them. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

// With the flag u the pattern can be told in JSON Schema.
const pattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/u
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g
const millis: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const expected = "a duration like 30s, 500ms or 1h30m"

/** The duration of a text like `1h30m`, undefined where it is none. */
export const parseDuration = (text: string): Duration.Duration | undefined => {
  if (!pattern.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit] of text.matchAll(part)) sum += Number(amount) * millis[unit!]!
  return Duration.millis(sum)
}

/** The text of a duration, in the largest units that fit: `1h30m`. Below a millisecond it is `0ms`. */
export const formatDuration = (duration: Duration.Duration): string => {
  let left = Math.round(Duration.toMillis(duration))
  let text = ""
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const count = Math.floor(left / millis[unit]!)
    if (count > 0) text += `${count}${unit}`
    left -= count * millis[unit]!
  }
  return text === "" ? "0ms" : text
}

/** A length of time, written as numbers with the units `ms`, `s`, `m`, `h`, `d`: `30s`, `500ms`, `1h30m`. */
export const DurationText: Schema.Codec<Duration.Duration, string> = Schema.String
  .annotate({ expected, examples: ["30s"] })
  .check(Schema.isPattern(pattern, { expected }))
  .pipe(Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transform({
      decode: (text) => parseDuration(text) ?? Duration.zero,
      encode: formatDuration,
    }),
  ))

/** A length of time above zero, see {@link DurationText}. */
export const PositiveDuration: Schema.Codec<Duration.Duration, string> = DurationText.check(
  Schema.makeFilter<Duration.Duration>((duration) => Duration.toMillis(duration) > 0, {
    expected: "a duration above zero, like 30s",
  }),
)
