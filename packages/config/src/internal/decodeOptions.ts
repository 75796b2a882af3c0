/** Decoding with the copy of Effect that made a schema. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"

/** Decodes options, and reports all that is wrong with them. */
export type Decode = <A>(schema: Schema.Decoder<A>, value: unknown) => Effect.Effect<A, SchemaIssue.Issue>

/** The module that holds the decoder of a copy of Effect. */
export const parserModule = "effect/SchemaParser"

/**
 * Whether another copy of Effect made this schema. Parsers of two copies must not be mixed: what stands for an absent
 * value is known within one only, so that an option that is left out would be taken for one that is given.
 */
export const isForeign = ({ ast }: Schema.Decoder<unknown>): boolean => {
  const own = (SchemaAST as unknown as { readonly [name: string]: unknown })[ast._tag]
  return !(typeof own === "function" && ast instanceof own)
}

/** The decoder among the exports of {@link parserModule}; undefined where there is none. */
export const decodeOf = (module: unknown): Decode | undefined => {
  const found = typeof module === "object" && module !== null && "decodeUnknownEffect" in module
    ? module.decodeUnknownEffect
    : undefined
  return typeof found === "function" ? decodeWith(found as typeof SchemaParser.decodeUnknownEffect) : undefined
}

const decodeWith = (decodeUnknownEffect: typeof SchemaParser.decodeUnknownEffect): Decode => (schema, value) =>
  decodeUnknownEffect(schema)(value, { errors: "all", onExcessProperty: "error" })

/** The decoder of this copy. */
export const ownDecode: Decode = decodeWith(SchemaParser.decodeUnknownEffect)
