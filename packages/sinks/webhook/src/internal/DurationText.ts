/** Durations as people write them in a configuration. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const millisOf: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** `15s`, `500ms`, `1.5m`, `2h`, `3d`. */
export const DurationText: Schema.Codec<Duration.Duration, string> = Schema.String.check(
  Schema.isPattern(form, { message: "must be a duration like 15s, 500ms, 2m, 1h or 3d" }),
).pipe(
  Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transform({
      decode: (text) => {
        const [, amount, unit] = form.exec(text)!
        return Duration.millis(Number(amount) * millisOf[unit!]!)
      },
      encode: (duration) => `${Duration.toMillis(duration)}ms`,
    }),
  ),
)
