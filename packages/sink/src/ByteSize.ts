/** Sizes in bytes, as a configuration writes them. */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const pattern = /^(\d+(?:\.\d+)?) ?(B|kB|KiB|MB|MiB|GB|GiB|TB|TiB)$/u
const factors: { readonly [unit: string]: number } = {
  B: 1,
  kB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
  TB: 1e12,
  TiB: 1024 ** 4,
}
const expected = "a size like 16MiB, or a number of bytes"

/** The bytes of a text like `16MiB`, undefined where it is no size. */
export const parseBytes = (text: string): number | undefined => {
  const read = pattern.exec(text)
  if (read === null) return undefined
  const bytes = Math.round(Number(read[1]) * factors[read[2]!]!)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A size: a whole number of bytes, or a text with a unit: `16MiB`, `256KiB`, `1GB`. */
export const ByteSize: Schema.Codec<number, number | string> = Schema.Union([
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(1, { expected })),
  Schema.String.check(Schema.isPattern(pattern, { expected })),
]).annotate({ expected, examples: ["16MiB"] }).pipe(Schema.decodeTo(
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(1, { expected: "a size of at least one byte" })),
  SchemaTransformation.transform({
    decode: (size) => typeof size === "number" ? size : parseBytes(size) ?? 0,
    encode: (size): number | string => size,
  }),
))
