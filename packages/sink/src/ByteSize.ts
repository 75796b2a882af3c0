/** Sizes in bytes, in configurations. */
import { expectedSize, parseBytes, sizePattern } from "@boltodds/text"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

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
