/** Options against the schema that reads them. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { type Decode, ownDecode } from "./decodeOptions.ts"
import type { ConfigFinding, Findings } from "./Findings.ts"
import { hidden, holdsWhatLooksSecret, nameText, pathText, speaksOfSecret } from "./mayShow.ts"
import { type SchemaPart, schemaPartsOf, takesTexts } from "./schemaParts.ts"
import { hideWhatMayBeSecret, isReferenceToVariable, secretNodes } from "./secretNodes.ts"
import { type SchemaProblem, schemaProblems, type Show } from "./schemaProblems.ts"
import { readSecret, replaceAt, type SecretPlaces, valueAt, withoutLineEnd } from "./secrets.ts"
import { variablesIn } from "./variables.ts"
import { type Entry, entryOf, nodeAt, type Path, scalarsOf, type Tree, valueOf } from "./Tree.ts"
import type { OptionProblem, WrittenOptions } from "../Plugin.ts"

/** What options come to. */
export interface CheckedOptions<A> {
  readonly value: A
  /** As plain data: with what came from the environment, and every secret, as it is written in the file or masked. */
  readonly shown: unknown
  /** As plain data with nothing hidden: to be compared, never to be shown. */
  readonly plain: unknown
  /** Where its secrets and its texts from elsewhere come from. */
  readonly origins: ReadonlyArray<Origin>
  /** Its expressions, at paths from the top. */
  readonly expressions: ReadonlyArray<SchemaPart & ExpressionText>
}

/** An expression as it works, and as it may be shown: with the names of variables in place of their values. */
export interface ExpressionText {
  readonly text: string
  readonly shown: string
}

/** Where an option comes from that is not, or should not be, in the file. */
export interface Origin {
  readonly path: Path
  readonly isSecret: boolean
  /** A variable by its name, or a file by its path as written; `itself`: it stands in the file. */
  readonly from: "variable" | "file" | "itself"
  readonly name: string
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
  /** What the plug-in itself finds wrong. */
  readonly problems?: ((written: WrittenOptions) => ReadonlyArray<OptionProblem>) | undefined
}

/** Checks options, and reports what is wrong with them; undefined where anything is. */
export const checkOptions = <A>(
  { path, of, schema, node, decode: decoder = ownDecode, problems }: OptionsCheck<A>,
  findings: Findings,
  places: SecretPlaces,
): Effect.Effect<CheckedOptions<A> | undefined> =>
  Effect.gen(function* () {
    const given = node === undefined ? {} : valueOf(node)
    const parts = schemaPartsOf(schema.ast, given)
    let value = given
    let shown = node === undefined ? {} : shownOf(node)
    // By position and not by type: a secret in a wrong shape is one all the same.
    const secrets = secretNodes(schema.ast, node, isOwnAddress)
    for (const { node } of secrets.filter((secret) => !isReferenceToVariable(secret))) findings.hide(node)
    const masked = secrets.map(({ path }) => path)
    const failed: Array<Path> = []
    for (const part of parts) {
      if (part.kind !== "secret" && part.kind !== "reference") continue
      const inside = nodeAt(node, part.path)
      const held = valueAt(given, part.path)
      const secret = yield* readSecret(held, places, path, part.kind === "secret" ? "secret" : "text")
      if (secret === undefined) {
        if (typeof held !== "string" || part.kind === "reference" || isOwnAddress(held)) continue
        // A variable may have brought it.
        if (held !== withoutLineEnd(held)) value = replaceAt(value, part.path, withoutLineEnd(held))
        const isWritten = inside?._tag === "Scalar" && !inside.isHidden && !inside.isBroken && held !== ""
        if (isWritten) {
          findings.warn([...path, ...part.path], {
            message: `\`${pathText(part.path)}\` is secret, and is in the file, where anyone who reads it sees it`,
            remedy: "write `{ env: NAME }` or `{ file: path }`",
          })
          shown = replaceAt(shown, part.path, hidden)
        } else if (inside?._tag === "Scalar" && inside.isHidden) {
          shown = replaceAt(shown, part.path, maskedText(String(inside.written)))
        }
      } else if ("finding" in secret) {
        findings.error([...path, ...part.path], secret.finding)
        failed.push(part.path)
      } else {
        if (secret.warning !== undefined) findings.warn([...path, ...part.path], secret.warning)
        value = replaceAt(value, part.path, secret.value)
      }
    }
    const { decoded, typed } = yield* decode(decoder, schema, value, node)
    const show = (at: Path): string | undefined => {
      const isSecret = masked.some((secret) => secret.every((key, i) => i >= at.length || key === at[i]))
      const inside = nodeAt(node, at)
      return isSecret ? undefined : inside === undefined ? "nothing" : shownIn(inside, findings)
    }
    const refused = Result.isSuccess(decoded)
      ? isMappingOfNothing(schema.ast) ? whatIsNotNothing(node, of, show) : []
      : decoded.failure === undefined
      ? undefined
      : schemaProblems(decoded.failure, of, show)
    const breaks: ConfigFinding = {
      message: `Cannot use ${of}: its schema fails on these options`,
      remedy: "report it to its author",
    }
    const own = problems === undefined ? [] : ownProblems(problems, typed, failed, node)
    if (refused === undefined || own === undefined) {
      findings.error(path, breaks)
      return undefined
    }
    // What the plug-in says of a place says more than a check of its schema.
    const reported = new Set(own.map(({ path }) => JSON.stringify(path)))
    const isReported = ({ path }: SchemaProblem): boolean =>
      reported.has(JSON.stringify(path)) || path.length === 0 && own.length > 0
    for (const problem of [...own.map(placed), ...refused.filter((problem) => !isReported(problem))]) {
      const inside = nodeAt(node, problem.path)
      // What it holds is broken, which is reported already.
      if (!problem.isUnknownKey && inside !== undefined && scalarsOf(inside).some(({ isBroken }) => isBroken)) {
        continue
      }
      const at = [...path, ...problem.path]
      // A missing key is marked at what it is missing in.
      const known = nodeAt(node, problem.path) === undefined ? [...path, ...problem.path.slice(0, -1)] : at
      if (failed.some((secret) => secret.every((key, index) => key === problem.path[index]))) continue
      if (problem.isUnknownKey && inside !== undefined) {
        hideWhatMayBeSecret(String(problem.path.at(-1)), inside, findings, isMeantHarmless(problem, schema.ast, value))
      }
      if (problem.part === "key") {
        hideKey(entryOf(nodeAt(node, problem.path.slice(0, -1)), String(problem.path.at(-1))), findings)
      }
      findings.error(known, problem, known.length < at.length ? "key" : problem.part)
    }
    if (Result.isFailure(decoded) || own.length > 0 || refused.length > 0) {
      return undefined
    }
    const isBroken = node !== undefined && scalarsOf(node).some((scalar) => scalar.isBroken)
    if (failed.length > 0 || isBroken) return undefined
    const expressions = parts.flatMap((part) => {
      const text = valueAt(value, part.path)
      return part.kind === "secret" || part.kind === "reference" || typeof text !== "string"
        ? []
        : [{ ...part, path: [...path, ...part.path], text, shown: String(valueAt(shown, part.path)) }]
    })
    const origins = parts.flatMap((part) => originOf(part, nodeAt(node, part.path)))
    return { value: decoded.success, shown, plain: value, expressions, origins }
  })

const originOf = ({ kind, path }: SchemaPart, node: Tree | undefined): ReadonlyArray<Origin> => {
  if ((kind !== "secret" && kind !== "reference") || node === undefined) return []
  const isSecret = kind === "secret"
  if (node._tag === "Mapping") {
    return node.entries.flatMap(({ key, node: named }): ReadonlyArray<Origin> => {
      if (named._tag !== "Scalar" || typeof named.value !== "string") return []
      if (key === "env") return [{ path, isSecret, from: "variable", name: named.value }]
      return key === "file" ? [{ path, isSecret, from: "file", name: String(named.written) }] : []
    })
  }
  if (node._tag !== "Scalar") return []
  const variables = variablesIn(String(node.written))
  if (variables.length > 0) return variables.map((name) => ({ path, isSecret, from: "variable", name }))
  return isSecret ? [{ path, isSecret, from: "itself", name: "" }] : []
}

/** Effect takes anything but null for a mapping without keys. */
const isMappingOfNothing = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Objects" && ast.propertySignatures.length === 0 && ast.indexSignatures.length === 0 &&
  ast.encoding === undefined

const whatIsNotNothing = (node: Tree | undefined, of: string, show: Show): ReadonlyArray<SchemaProblem> => {
  if (node === undefined) return []
  const remedy = "remove it"
  if (node._tag === "Mapping") {
    return node.entries.map(({ key }) => ({
      path: [key],
      part: "key",
      message: `Cannot use \`${nameText(key)}\`: ${of} has no options`,
      remedy,
      isUnknownKey: true,
      isValue: false,
    }))
  }
  const message = `Cannot use the options of ${of}: it has none; got ${show([]) ?? hidden}`
  return [{ path: [], part: "value", message, remedy, isUnknownKey: false, isValue: true }]
}

const placed = (
  { path, part = path.length === 0 ? "key" : "value", message, remedy }: OptionProblem,
): SchemaProblem => ({
  path,
  part,
  message: /^Cannot\b/.test(message) ? message : `Cannot use ${named(path)}: ${message}`,
  remedy,
  isUnknownKey: false,
  isValue: false,
})

const named = (path: Path): string => path.length === 0 ? "these options" : `\`${pathText(path)}\``

/** What a plug-in finds wrong; undefined where it breaks. */
const ownProblems = (
  problems: (written: WrittenOptions) => ReadonlyArray<OptionProblem>,
  value: unknown,
  failed: ReadonlyArray<Path>,
  node: Tree | undefined,
): ReadonlyArray<OptionProblem> | undefined => {
  let written = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
  const broken = node === undefined ? [] : brokenIn(node)
  for (const path of [...failed, ...broken]) {
    if (valueAt(written, path) !== undefined) written = replaceAt(written, path, undefined) as object
  }
  try {
    return problems(written as WrittenOptions)
  } catch {
    // The code of a plug-in failed. The other problems of the configuration must be reported in any case.
    return undefined
  }
}

const brokenIn = (tree: Tree, path: Path = []): ReadonlyArray<Path> => {
  if (tree._tag === "Scalar") return tree.isBroken ? [path] : []
  return tree._tag === "List"
    ? tree.items.flatMap((item, index) => brokenIn(item, [...path, index]))
    : tree.entries.flatMap(({ key, node }) => brokenIn(node, [...path, key]))
}

/** The bare address of a server on this machine, as examples have it, is no secret. */
const isOwnAddress = (text: string): boolean => /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\/?$/.test(text)

/** Whether an unknown key was meant for an option that takes such values, and holds no secret. */
const isMeantHarmless = ({ path, meant }: SchemaProblem, ast: SchemaAST.AST, value: unknown): boolean => {
  const key = String(path.at(-1))
  // The words of a reference to a secret.
  if (meant === undefined || speaksOfSecret(key) || /^(?:env|file|inline|value)$/i.test(key)) return false
  const around = path.slice(0, -1)
  const parent = valueAt(value, around)
  const renamed = replaceAt(value, around, {
    ...typeof parent === "object" ? parent : {},
    [meant]: valueAt(value, path),
  })
  return takesTexts(ast, [...around, meant]) &&
    schemaPartsOf(ast, renamed).every(({ kind, path }) =>
      kind !== "secret" || ![...around, meant].every((key, index) => key === path[index])
    )
}

/** A secret out of the environment, as written: the name of its variable, and nothing else that may be a secret. */
const maskedText = (written: string): string => {
  const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[\s\S]*)?\}$/.exec(written)?.[1]
  if (name === undefined) return hidden
  return written.includes(":-") ? `\${${name}:-${hidden}}` : written
}

/** Undefined where the schema itself is broken. */
type Decoded<A> = Result.Result<A, SchemaIssue.Issue | undefined>

/** Decodes; where a variable's text is not accepted, what it reads like as a number, `true` or `false` is tried. */
const decode = <A>(
  decoder: Decode,
  schema: Schema.Decoder<A>,
  value: unknown,
  node: Tree | undefined,
): Effect.Effect<{ readonly decoded: Decoded<A>; readonly typed: unknown }> =>
  Effect.flatMap(decodeOnce(decoder, schema, value), (first) => {
    if (Result.isSuccess(first) || first.failure === undefined) return Effect.succeed({ decoded: first, typed: value })
    let typed = value
    for (const { path, isValue } of schemaProblems(first.failure, "", () => undefined)) {
      const inside = nodeAt(node, path)
      if (!isValue || inside?._tag !== "Scalar" || !inside.isVariable || typeof inside.value !== "string") continue
      typed = replaceAt(typed, path, typedOf(inside.value))
    }
    if (typed === value) return Effect.succeed({ decoded: first, typed: value })
    return Effect.map(
      decodeOnce(decoder, schema, typed),
      (second) => Result.isSuccess(second) ? { decoded: second, typed } : { decoded: first, typed: value },
    )
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
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text
}

/** As plain data, in which what came from the environment is as written. */
export const shownOf = (tree: Tree): unknown => {
  if (tree._tag === "Scalar") return tree.isHidden ? tree.written : tree.value
  if (tree._tag === "List") return tree.items.map(shownOf)
  return Object.fromEntries(tree.entries.map(({ key, node }) => [key, shownOf(node)]))
}

/** A value in a sentence; undefined where it must not be shown, and then its line does not show it either. */
export const shownIn = (tree: Tree, findings: Findings): string | undefined => {
  if (!holdsWhatLooksSecret(tree)) return quoted(shownOf(tree))
  findings.hide(tree)
  return undefined
}

/** Hides a key that could be a secret. */
export const hideKey = (entry: Entry | undefined, findings: Findings): void => {
  if (entry !== undefined && nameText(entry.key) === hidden) findings.hide(entry.keySpan)
}

/** A value in a sentence. */
export const quoted = (value: unknown): string => {
  const text = typeof value === "bigint" ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
