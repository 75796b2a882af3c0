/** Times as a configuration writes them: `30s`, `1h`, `1h30m`. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000], ["ms", 1]] as const
const pattern = /^(?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+$/
const expected = "a time like 500ms, 30s, 15m, 1h or 7d"

/** The time that a text like `500ms`, `30s` or `1h30m` means; undefined where it means none. */
export const parseDuration = (text: string): Duration.Duration | undefined => {
  if (!pattern.test(text)) return undefined
  let millis = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g)) {
    millis += Number(count) * units.find(([name]) => name === unit)![1]
  }
  return Duration.millis(millis)
}

/** A time as {@link parseDuration} reads it, to the millisecond: `1h30m`. */
export const formatDuration = (duration: Duration.Duration): string => {
  let rest = Math.round(Duration.toMillis(duration))
  let text = ""
  for (const [unit, millis] of units) {
    const count = Math.floor(rest / millis)
    if (count > 0) text += `${count}${unit}`
    rest -= count * millis
  }
  return text === "" ? "0s" : text
}

const fromText = SchemaTransformation.transformEffect<Duration.Duration, string>({
  decode: (text, options) => {
    const duration = parseDuration(text)
    return duration === undefined
      ? Effect.fail(new SchemaIssue.InvalidValue({ expected }, text, options))
      : Effect.succeed(duration)
  },
  encode: (duration) => Effect.succeed(formatDuration(duration)),
})

/** A time, written as text: a sum of whole or decimal counts of `d`, `h`, `m`, `s` and `ms`. */
export const DurationText: Schema.Codec<Duration.Duration, string> = Schema.String.check(
  Schema.isPattern(pattern, { expected }),
).pipe(Schema.decodeTo(Schema.Duration, fromText))
