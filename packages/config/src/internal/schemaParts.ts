/** Where in a schema something stands that the loader treats by itself: secrets, texts from elsewhere, expressions. */
import { referenceKey } from "@boltodds/sink"
import type * as SchemaAST from "effect/SchemaAST"
import { expressionKey } from "../Expression.ts"
import type { Path } from "./Tree.ts"

/** What an option is for. */
export type PartKind = "secret" | "reference" | "predicate" | "formula" | "field"

/** An option that is treated by itself. */
export interface SchemaPart {
  readonly kind: PartKind
  readonly path: Path
}

/**
 * The secrets, references and expressions in some options: each place of the value where the schema may expect one. By tags and
 * names, not by identity: a plug-in may bring its own copy of Effect.
 */
export const schemaPartsOf = (ast: SchemaAST.AST, value: unknown): ReadonlyArray<SchemaPart> => {
  const found = new Map<string, SchemaPart>()
  visit(ast, value, [], (part) => found.set(JSON.stringify(part.path), part), 0)
  return [...found.values()]
}

/** What a schema says of itself, where it is a part. */
export const schemaKindOf = (ast: SchemaAST.AST): PartKind | undefined => {
  if (isRedacted(ast)) return "secret"
  const annotations = annotationsOf(ast)
  if (annotations?.[referenceKey] === true) return "reference"
  const kind = annotations?.[expressionKey]
  return kind === "predicate" || kind === "formula" || kind === "field" ? kind : undefined
}

const annotationsOf = (ast: SchemaAST.AST): { readonly [key: string]: unknown } | undefined =>
  ast.checks === undefined ? ast.annotations : { ...ast.annotations, ...ast.checks.at(-1)?.annotations }

const isRedacted = (ast: SchemaAST.AST): boolean => {
  if (ast._tag !== "Declaration") return false
  const { representation, expected } = ast.annotations ?? {}
  return expected === "Redacted" ||
    (typeof representation === "object" && representation !== null && "id" in representation &&
      representation.id === "effect/schema/Redacted")
}

/** Schemas that contain themselves end where the value does; this is for values that do not. */
const deepest = 100

const visit = (
  ast: SchemaAST.AST,
  value: unknown,
  path: Path,
  found: (part: SchemaPart) => void,
  depth: number,
): void => {
  const kind = schemaKindOf(ast)
  if (kind !== undefined) return found({ kind, path })
  if (depth > deepest) return
  const inside = (ast: SchemaAST.AST, value: unknown, path: Path): void => visit(ast, value, path, found, depth + 1)
  for (const { to } of ast.encoding ?? []) inside(to, value, path)
  switch (ast._tag) {
    case "Suspend":
      return inside(ast.thunk(), value, path)
    case "Union":
      return ast.types.forEach((type) => inside(type, value, path))
    case "Arrays":
      if (!Array.isArray(value)) return
      return value.forEach((item, index) => {
        const types = index < ast.elements.length ? [ast.elements[index]!] : ast.rest
        types.forEach((type) => inside(type, item, [...path, index]))
      })
    case "Objects": {
      if (typeof value !== "object" || value === null) return
      for (const [key, item] of Object.entries(value)) {
        const property = ast.propertySignatures.find(({ name }) => name === key)
        const types = property === undefined ? ast.indexSignatures.map(({ type }) => type) : [property.type]
        types.forEach((type) => inside(type, item, [...path, key]))
      }
    }
  }
}

/** Whether a text may stand at a path, or inside of what may stand there: one that may not could be anything. */
export const takesTexts = (ast: SchemaAST.AST, path: Path, depth = 0): boolean => {
  const encoded = ast.encoding?.at(-1)?.to
  if (depth > deepest) return false
  if (encoded !== undefined) return takesTexts(encoded, path, depth + 1)
  const [key, ...rest] = path
  switch (ast._tag) {
    case "Suspend":
      return takesTexts(ast.thunk(), path, depth + 1)
    case "Union":
      return ast.types.some((type) => takesTexts(type, path, depth + 1))
    case "Arrays":
      return [...ast.elements, ...ast.rest].some((type) =>
        takesTexts(type, typeof key === "number" ? rest : path, depth + 1)
      )
    case "Objects": {
      const types = [...ast.propertySignatures, ...ast.indexSignatures]
      const named = ast.propertySignatures.filter(({ name }) => name === key)
      return (key === undefined ? types : named).some(({ type }) => takesTexts(type, rest, depth + 1))
    }
    default:
      return path.length === 0 && (ast._tag === "String" || (ast._tag === "Literal" && typeof ast.literal === "string"))
  }
}
