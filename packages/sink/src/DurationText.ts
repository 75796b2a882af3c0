/** Durations in configurations. */
import { durationPattern, expectedDuration, formatMillis, parseMillis } from "@boltodds/text"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** A duration, written as numbers with the units `ms`, `s`, `m`, `h`, `d`: `500ms`, `15s`, `1m30s`. */
export const DurationText: Schema.Codec<Duration.Duration, string> = Schema.String
  .annotate({ expected: expectedDuration, examples: ["30s"] })
  .check(Schema.isPattern(durationPattern, { expected: expectedDuration }))
  .pipe(Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transform({
      decode: (text) => Duration.millis(parseMillis(text) ?? 0),
      encode: (duration) => formatMillis(Duration.toMillis(duration)),
    }),
  ))

/** A duration above zero, see {@link DurationText}. */
export const PositiveDuration: Schema.Codec<Duration.Duration, string> = DurationText.check(
  Schema.makeFilter<Duration.Duration>((duration) => Duration.toMillis(duration) > 0, {
    expected: "a duration above zero, such as 15s",
  }),
)
