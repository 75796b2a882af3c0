/** Sizes as a configuration writes them: a number of bytes, or `64MiB`. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

const pattern = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/

/** The bytes that a text like `64MiB` or `1.5GB` means, rounded down; undefined where it means none. */
export const parseByteCount = (text: string): number | undefined => {
  const [, count, unit] = pattern.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  const bytes = Math.floor(Number(count) * units[unit]!)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const Whole = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const fromText = SchemaTransformation.transformEffect<number, number | string>({
  decode: (input, options) => {
    const bytes = typeof input === "number" ? input : parseByteCount(input)
    return bytes === undefined
      ? Effect.fail(new SchemaIssue.InvalidValue({ expected: "a size like 64MiB, 500MB or 1048576" }, input, options))
      : Effect.succeed(bytes)
  },
  encode: (bytes) => Effect.succeed(bytes),
})

/**
 * A size in bytes, written as a whole number of them or as text: `64MiB` (B, KiB, MiB, GiB, TiB count in 1024s, kB, MB,
 * GB, TB in 1000s). Written back as a number.
 */
export const ByteCount: Schema.Codec<number, number | string> = Schema.Union([
  Schema.Int,
  Schema.String.check(Schema.isPattern(pattern, { expected: "a size like 64MiB, 500MB or 1048576" })),
]).pipe(Schema.decodeTo(Whole, fromText))
