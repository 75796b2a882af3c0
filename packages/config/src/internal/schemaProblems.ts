/** What a schema did not accept, as sentences at paths. */
import { nearestNames } from "@boltodds/text"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { expectationMessage, expectationOf } from "./expectations.ts"
import { type ConfigFinding, suggestName } from "./Findings.ts"
import { hidden, nameText, pathText } from "./mayShow.ts"
import type { Path } from "./Tree.ts"

/** A finding at a path inside the options. */
export interface SchemaProblem extends ConfigFinding {
  readonly path: Path
  readonly part: "key" | "value"
  /** Nobody knows this key. */
  readonly isUnknownKey: boolean
  /** The key that an unknown one is near. */
  readonly meant?: string | undefined
  /** Another type may do where a variable gave a text. */
  readonly isValue: boolean
}

/** How a value at a path is shown; undefined where it must not be. */
export type Show = (path: Path) => string | undefined

/** All problems of an issue. `of`: whose options they are, such as ``sink type `file` ``. */
export const schemaProblems = (issue: SchemaIssue.Issue, of: string, show: Show): ReadonlyArray<SchemaProblem> => {
  const found = new Map<string, SchemaProblem>()
  for (const problem of problemsIn(issue, [], of, show)) {
    const key = JSON.stringify([problem.path, problem.isUnknownKey])
    if (!found.has(key)) found.set(key, problem)
  }
  return [...found.values()]
}

const problemsIn = (issue: SchemaIssue.Issue, path: Path, of: string, show: Show): ReadonlyArray<SchemaProblem> => {
  switch (issue._tag) {
    case "Pointer":
      return problemsIn(issue.issue, [...path, ...issue.path.map(keyOf)], of, show)
    case "Composite":
      return issue.issues.flatMap((inner) => problemsIn(inner, path, of, show))
    case "AnyOf":
      return problemsInUnion(issue, path, of, show)
    case "UnexpectedKey":
      return [unknownKey(issue.ast, path, of)]
    case "MissingKey":
      return [missingKey(path, of, expectationMessage(issue.annotations))]
    case "Filter": {
      const { annotations } = issue.filter
      const said = expectationMessage(annotations)
      if (said !== undefined) return [plain(path, said, of)]
      const inner = issue.issue
      // A check on several fields points at one of them.
      if (inner._tag === "Pointer" || inner._tag === "Composite") return problemsIn(inner, path, of, show)
      const own = inner._tag === "InvalidValue" ? inner.annotations : undefined
      return [refused(path, own, textOf(annotations), of, show)]
    }
    case "Encoding": {
      const said = expectationMessage(issue.ast.annotations)
      if (said !== undefined) return [plain(path, said, of)]
      return problemsIn(issue.issue, path, of, show)
    }
    case "InvalidType": {
      const said = expectationMessage(issue.ast.annotations)
      return [said === undefined ? wrong(path, expectationOf(issue.ast), of, show) : plain(path, said, of)]
    }
    case "OneOf":
      return [wrong(path, expectationOf(issue.ast), of, show)]
    case "InvalidValue":
      return [refused(path, issue.annotations, undefined, of, show)]
    case "Forbidden":
      return [wrong(path, "left out", of, show)]
  }
}

/** Where the value has the shape of one member, that one's problems say more than the list of all members. */
const problemsInUnion = (
  issue: SchemaIssue.AnyOf,
  path: Path,
  of: string,
  show: Show,
): ReadonlyArray<SchemaProblem> => {
  const said = expectationMessage(issue.ast.annotations)
  if (said !== undefined) return [plain(path, said, of)]
  const members = issue.issues.map((inner) => problemsIn(inner, path, of, show))
    .filter((problems) => problems.some((problem) => problem.path.length > path.length))
  const best = members.sort((a, b) => a.length - b.length)[0]
  if (best !== undefined) return best
  const single = issue.issues.length === 1 && issue.issues[0]!._tag !== "InvalidType" ? issue.issues[0] : undefined
  if (single !== undefined) return problemsIn(single, path, of, show)
  const problem = wrong(path, expectationOf(issue.ast), of, show)
  const near = nearestLiteral(issue.ast, show(path))
  return [near === undefined ? problem : { ...problem, remedy: `did you mean \`${near}\`?` }]
}

const nearestLiteral = (ast: SchemaAST.AST, shown: string | undefined): string | undefined => {
  if (ast._tag !== "Union" || shown === undefined) return undefined
  const literals = ast.types.flatMap((type) => type._tag === "Literal" ? [String(type.literal)] : [])
  return nearestNames(shown.replaceAll('"', ""), literals)[0]
}

const plain = (path: Path, message: string, of: string): SchemaProblem => ({
  path,
  part: "value",
  isUnknownKey: false,
  isValue: true,
  message: /^Cannot\b/.test(message) ? message : `Cannot use ${named(path, of)}: ${message}`,
  remedy: "change it as the message says",
})

type Annotations = { readonly [key: string]: unknown } | undefined

/** What was said while it was refused may quote the value: it is shown only where the value may be. */
const refused = (
  path: Path,
  said: Annotations,
  expected: string | undefined,
  of: string,
  show: Show,
): SchemaProblem => {
  const mayQuote = show(path) !== undefined
  const message = mayQuote ? expectationMessage(said) : undefined
  if (message !== undefined) return plain(path, message, of)
  return wrong(path, (mayQuote ? textOf(said) : undefined) ?? expected ?? "another value", of, show)
}

const wrong = (path: Path, expected: string, of: string, show: Show): SchemaProblem => {
  const shown = show(path)
  return {
    path,
    part: "value",
    isUnknownKey: false,
    isValue: true,
    message: `Cannot use ${named(path, of)}: expected ${expected}; got ${shown ?? hidden}`,
    remedy: `write ${expected}`,
  }
}

const unknownKey = (ast: SchemaAST.AST, path: Path, of: string): SchemaProblem => {
  const names = ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
  const key = String(path.at(-1))
  const within = path.length > 1 ? `\`${pathText(path.slice(0, -1))}\` of ${of}` : of
  return {
    path,
    part: "key",
    isUnknownKey: true,
    meant: nearestNames(key, names)[0],
    isValue: false,
    message: `Cannot use \`${nameText(key)}\`: ${within} has no such option`,
    remedy: suggestName(key, names, "its options"),
  }
}

const missingKey = (path: Path, of: string, said: string | undefined): SchemaProblem => ({
  path,
  part: "key",
  isUnknownKey: false,
  isValue: false,
  message: `Cannot use ${of}: its \`${pathText(path)}\` is missing`,
  remedy: said ?? `add \`${String(path.at(-1))}\``,
})

const named = (path: Path, of: string): string => path.length === 0 ? `the options of ${of}` : `\`${pathText(path)}\``

const textOf = (annotations: { readonly [key: string]: unknown } | undefined): string | undefined => {
  const expected = annotations?.["expected"]
  return typeof expected === "string" ? expected : undefined
}

const keyOf = (key: PropertyKey): string | number => typeof key === "symbol" ? String(key) : key
