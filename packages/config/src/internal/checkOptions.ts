/** Options against the schema that reads them. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import { type Decode, ownDecode } from "./decodeOptions.ts"
import type { Findings } from "./Findings.ts"
import { type Part, partsOf } from "./schemaParts.ts"
import { schemaProblems } from "./schemaProblems.ts"
import { readSecret, replaceAt, type SecretPlaces, valueAt } from "./secrets.ts"
import { nodeAt, type Path, scalarsOf, type Tree, valueOf } from "./Tree.ts"

/** What options come to. */
export interface CheckedOptions<A> {
  readonly value: A
  /** As plain data: with what came from the environment, and every secret, as it is written in the file or masked. */
  readonly shown: unknown
  /** As plain data with nothing hidden: to be compared, never to be shown. */
  readonly plain: unknown
  /** Its expressions, at paths from the top. */
  readonly expressions: ReadonlyArray<Part & { readonly text: string }>
}

/** What options are checked with. */
export interface OptionsCheck<A> {
  /** From the top of the document. */
  readonly path: Path
  /** Whose they are: ``sink type `file` ``. */
  readonly of: string
  readonly schema: Schema.Decoder<A>
  /** Default: with this copy of Effect. */
  readonly decode?: Decode
  /** The options; undefined where none are given: the same as an empty mapping. */
  readonly node: Tree | undefined
}

/** Checks options, and reports what is wrong with them; undefined where anything is. */
export const checkOptions = <A>(
  { path, of, schema, node, decode: decoder = ownDecode }: OptionsCheck<A>,
  findings: Findings,
  places: SecretPlaces,
): Effect.Effect<CheckedOptions<A> | undefined> =>
  Effect.gen(function* () {
    const given = node === undefined ? {} : valueOf(node)
    const parts = partsOf(schema.ast, given)
    let value = given
    let shown = node === undefined ? {} : shownOf(node)
    const masked: Array<Path> = []
    const failed: Array<Path> = []
    for (const part of parts) {
      if (part.kind !== "secret") continue
      const inside = nodeAt(node, part.path)
      const held = valueAt(given, part.path)
      const secret = yield* readSecret(held, places)
      if (secret === undefined) {
        if (typeof held !== "string") continue
        if (inside !== undefined) findings.hide(inside)
        masked.push(part.path)
        const isWritten = inside?._tag === "Scalar" && !inside.isHidden && !inside.isBroken && held !== ""
        if (isWritten) {
          findings.warn([...path, ...part.path], {
            message: `\`${part.path.join(".")}\` is secret, and stands in the file for everybody who reads it`,
            remedy: "write `{ env: NAME }` or `{ file: path }`",
          })
          shown = replaceAt(shown, part.path, "********")
        } else if (inside?._tag === "Scalar" && inside.isHidden) {
          shown = replaceAt(shown, part.path, maskedText(String(inside.written)))
        }
      } else if ("finding" in secret) {
        findings.error([...path, ...part.path], secret.finding)
        failed.push(part.path)
      } else {
        masked.push(part.path)
        value = replaceAt(value, part.path, secret.value)
      }
    }
    const decoded = yield* decode(decoder, schema, value, node)
    if (Result.isFailure(decoded)) {
      if (decoded.failure === undefined) {
        findings.error(path, {
          message: `Cannot use ${of}: its schema breaks on these options`,
          remedy: "tell its author",
        })
        return undefined
      }
      const show = (at: Path): string | undefined => {
        const hidden = masked.some((secret) => secret.length === at.length && secret.every((key, i) => key === at[i]))
        const inside = nodeAt(node, at)
        if (hidden || (inside?._tag === "Scalar" && inside.isHidden)) return undefined
        return inside === undefined ? "nothing" : quoted(shownOf(inside))
      }
      for (const problem of schemaProblems(decoded.failure, of, show)) {
        const inside = nodeAt(node, problem.path)
        // What it holds is broken, and that is told already.
        if (!problem.isUnknownKey && inside !== undefined && scalarsOf(inside).some(({ isBroken }) => isBroken)) {
          continue
        }
        const at = [...path, ...problem.path]
        // A missing key is marked at what it is missing in.
        const known = nodeAt(node, problem.path) === undefined ? [...path, ...problem.path.slice(0, -1)] : at
        if (failed.some((secret) => secret.every((key, index) => key === problem.path[index]))) continue
        if (problem.isUnknownKey) {
          if (inside !== undefined) scalarsOf(inside).forEach((scalar) => findings.hide(scalar))
        }
        findings.error(known, problem, known.length < at.length ? "key" : problem.part)
      }
      return undefined
    }
    const isBroken = node !== undefined && scalarsOf(node).some((scalar) => scalar.isBroken)
    if (failed.length > 0 || isBroken) return undefined
    const expressions = parts.flatMap((part) => {
      const text = valueAt(value, part.path)
      return part.kind === "secret" || typeof text !== "string"
        ? []
        : [{ ...part, path: [...path, ...part.path], text }]
    })
    return { value: decoded.success, shown, plain: value, expressions }
  })

/** A secret out of the environment, as written: the name of its variable, and nothing else that may be a secret. */
const maskedText = (written: string): string => {
  const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[\s\S]*)?\}$/.exec(written)?.[1]
  if (name === undefined) return "********"
  return written.includes(":-") ? `\${${name}:-********}` : written
}

/** Undefined where the schema itself is broken. */
type Decoded<A> = Result.Result<A, SchemaIssue.Issue | undefined>

/** Decodes; where a variable's text is not accepted, what it reads like as a number, `true` or `false` is tried. */
const decode = <A>(
  decoder: Decode,
  schema: Schema.Decoder<A>,
  value: unknown,
  node: Tree | undefined,
): Effect.Effect<Decoded<A>> =>
  Effect.flatMap(decodeOnce(decoder, schema, value), (first) => {
    if (Result.isSuccess(first) || first.failure === undefined) return Effect.succeed(first)
    let typed = value
    for (const { path, isValue } of schemaProblems(first.failure, "", () => undefined)) {
      const inside = nodeAt(node, path)
      if (!isValue || inside?._tag !== "Scalar" || !inside.isVariable || typeof inside.value !== "string") continue
      typed = replaceAt(typed, path, typedOf(inside.value))
    }
    if (typed === value) return Effect.succeed(first)
    return Effect.map(decodeOnce(decoder, schema, typed), (second) => Result.isSuccess(second) ? second : first)
  })

/** A schema of somebody else may do anything while it decodes: fail, die, take its time. */
const decodeOnce = <A>(decoder: Decode, schema: Schema.Decoder<A>, value: unknown): Effect.Effect<Decoded<A>> =>
  Effect.suspend(() => decoder(schema, value))
    .pipe(
      Effect.match({
        onSuccess: (decoded): Decoded<A> => Result.succeed(decoded),
        onFailure: (issue): Decoded<A> => Result.fail(issue),
      }),
      Effect.catchCause(() => Effect.succeed<Decoded<A>>(Result.fail(undefined))),
    )

const typedOf = (text: string): unknown => {
  if (text === "true" || text === "false") return text === "true"
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text
}

/** As plain data, in which what came from the environment is as written. */
export const shownOf = (tree: Tree): unknown => {
  if (tree._tag === "Scalar") return tree.isHidden ? tree.written : tree.value
  if (tree._tag === "List") return tree.items.map(shownOf)
  return Object.fromEntries(tree.entries.map(({ key, node }) => [key, shownOf(node)]))
}

/** A value in a sentence. */
export const quoted = (value: unknown): string => {
  const text = typeof value === "bigint" ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
