/** Schemas for the options of sinks: sizes, durations, and texts from a variable or a file. */
import {
  durationPattern,
  expectedDuration,
  expectedSize,
  formatMillis,
  parseBytes,
  parseMillis,
  sizePattern,
} from "@boltodds/text"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Duration from "effect/Duration"

const expected = `${expectedSize}, or a number of bytes`

/** A size: a whole number of bytes, or a text with a unit: `16MiB`, `256KiB`, `1GB`. */
export const ByteSize: Schema.Codec<number, number | string> = Schema.Union([
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(1, { expected })),
  Schema.String.check(Schema.isPattern(sizePattern, { expected })),
]).annotate({ expected, examples: ["16MiB"] }).pipe(Schema.decodeTo(
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(1, { expected: "a size of at least one byte" })),
  SchemaTransformation.transform({
    decode: (size) => typeof size === "number" ? size : parseBytes(size) ?? 0,
    encode: (size): number | string => size,
  }),
))

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

/** The annotation by which a loader of configurations knows {@link ReferencedText}. */
export const referenceKey = "boltodds/reference"

/**
 * A text that a configuration writes out, or names as `{ env: NAME }` or `{ file: path }`, such as a certificate. Unlike a
 * secret it may be shown.
 */
export const ReferencedText: Schema.Codec<string> = Schema.String.annotate({
  expected: "a text, { env: NAME } or { file: path }",
  [referenceKey]: true,
})
