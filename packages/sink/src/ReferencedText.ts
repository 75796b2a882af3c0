/** Texts that a configuration may take from elsewhere. */
import * as Schema from "effect/Schema"

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
