/** The schemas that records share. Their types are their values, so they are not public. */
import * as Schema from "effect/Schema"

/** A text, or null. */
export const Text: Schema.Codec<string | null> = Schema.NullOr(Schema.String)

/** A number that JSON can write, or null. */
export const Finite: Schema.Codec<number | null> = Schema.NullOr(Schema.Finite)

/** A count or a number in a row: whole, as JSON can write it. */
export const Whole: Schema.Codec<number> = Schema.Number.check(Schema.isInt())

/** The schema fields of a stamp. */
export const stampFields = {
  run: Schema.String.annotate({ description: "A ULID for each start of the program; a replay keeps it." }),
  seq: Whole.annotate({
    description:
      "From 1 in a run: the record is true as of this number. Not a position: records can come out of its order.",
  }),
  part: Schema.optionalKey(Whole).annotate({
    description:
      "0 for the record that seq counts; from 1 for records made beside it (a snapshot). Absent in older files: 0. " +
      "run, origin, seq and part together identify a record within an emit.",
  }),
  origin: Schema.optionalKey(Schema.String).annotate({
    description: "Who made the record where that was not the run itself: a lane.",
  }),
  session: Schema.String,
  epoch: Whole,
  at: Schema.String.annotate({ description: "When it took effect by the session clock: ISO 8601, UTC." }),
  sent_at: Schema.NullOr(Schema.String).annotate({ description: "The server's own time of the message, as sent." }),
  frame: Schema.NullOr(Whole),
  last: Schema.optionalKey(Schema.Literal(true)),
  delayed: Schema.optionalKey(Schema.Literal(true)),
}

/** Names, as a list. */
export const names = Schema.Array(Schema.String)

/** The schema of one kind of control. */
export const control = <Kind extends string, Fields extends Schema.Struct.Fields>(kind: Kind, fields: Fields) =>
  Schema.Struct({ control: Schema.Literal(kind), ...stampFields, ...fields })
