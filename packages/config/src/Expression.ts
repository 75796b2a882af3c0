/** Expressions of a configuration, in the Common Expression Language. */
import * as Schema from "effect/Schema"

/** What an expression gives for a record; null where it is not known. Never throws. */
export type Evaluate = (record: unknown) => unknown

/** The annotation by which the loader knows an expression, and what it must give. */
export const expressionKey = "boltodds/expression"

/**
 * The schema of an option that holds a condition, such as `odds >= 150`. The loader checks it against the fields of the
 * sink's emit, and reports what is wrong at its place in the file.
 */
export const Predicate: Schema.Codec<string> = Schema.String.annotate({
  expected: "a condition in CEL, such as 'odds >= 150'",
  description: "A condition in CEL on the fields of the record.",
  [expressionKey]: "predicate",
})

/** The schema of an option that holds an expression of any type, such as `home_team`. Checked like {@link Predicate}. */
export const Formula: Schema.Codec<string> = Schema.String.annotate({
  expected: "an expression in CEL, such as 'home_team'",
  description: "An expression in CEL on the fields of the record.",
  [expressionKey]: "formula",
})

/** The schema of an option that names a field of the record, such as `odds`. The loader knows which there are. */
export const FieldName: Schema.Codec<string> = Schema.String.annotate({
  expected: "the name of a field",
  description: "A field of the record.",
  [expressionKey]: "field",
})
