/** Which values of some options may hold a secret, by their position in the schema and whatever their shape. */
import type * as SchemaAST from "effect/SchemaAST"
import { holdsWhatLooksSecret, isVariableName, speaksOfSecret } from "./mayShow.ts"
import { schemaKindOf } from "./schemaParts.ts"
import { entryOf, type Path, scalarsOf, type Tree } from "./Tree.ts"
import type { Findings } from "./Findings.ts"

/** A value that is shown nowhere, and where it stands in the options. */
export interface SecretNode {
  readonly path: Path
  readonly node: Tree
}

/**
 * What may hold a secret: everything at or below a place whose schema is a secret, and everything that stands in place of a
 * mapping or list in which a secret would be. Of `{ env: NAME }` only a NAME that can be none of a variable counts.
 *
 * `isHarmless` exempts texts at the place of a secret.
 */
export const secretNodes = (
  ast: SchemaAST.AST,
  node: Tree | undefined,
  isHarmless: (text: string) => boolean,
): ReadonlyArray<SecretNode> => {
  const found = new Map<string, SecretNode>()
  const add = (path: Path, node: Tree): void => void found.set(JSON.stringify(path), { path, node })
  const visit = (ast: SchemaAST.AST, node: Tree, path: Path, depth: number): void => {
    if (schemaKindOf(ast) === "secret") {
      const text = node._tag === "Scalar" ? node.value : undefined
      if (text === null || (typeof text === "string" && isHarmless(text))) return
      return add(...innermost(path, node))
    }
    if (depth > deepest || !holdsSecret(ast)) return
    for (const { to } of ast.encoding ?? []) visit(to, node, path, depth + 1)
    switch (ast._tag) {
      case "Suspend":
        return visit(ast.thunk(), node, path, depth + 1)
      case "Union":
        // Beside a member without secrets, a value of its shape is that member's.
        return ast.types.forEach((type) => {
          if (!ast.types.some((other) => !holdsSecret(other) && isScalarType(other)) || node._tag !== "Scalar") {
            visit(type, node, path, depth + 1)
          }
        })
      case "Arrays":
        if (node._tag !== "List") return isEmpty(node) ? undefined : add(path, node)
        return node.items.forEach((item, index) => {
          const types = index < ast.elements.length ? [ast.elements[index]!] : ast.rest
          types.forEach((type) => visit(type, item, [...path, index], depth + 1))
        })
      case "Objects":
        if (node._tag !== "Mapping") return isEmpty(node) ? undefined : add(path, node)
        for (const { key, node: inside } of node.entries) {
          const property = ast.propertySignatures.find(({ name }) => name === key)
          const types = property === undefined ? ast.indexSignatures.map(({ type }) => type) : [property.type]
          types.forEach((type) => visit(type, inside, [...path, key], depth + 1))
        }
    }
  }
  if (node !== undefined) visit(ast, node, [], 0)
  return [...found.values()]
}

/** The value of a reference to a variable or a file, which alone may be a secret by mistake; anything else as it is. */
const innermost = (path: Path, node: Tree): [Path, Tree] => {
  if (node._tag !== "Mapping" || node.entries.length !== 1) return [path, node]
  for (const from of ["env", "file"]) {
    const inside = entryOf(node, from)?.node
    if (inside !== undefined) return [[...path, from], inside]
  }
  return [path, node]
}

/** Whether nothing of a secret is shown when this is: the name of a variable, as it stands in `{ env: NAME }`. */
export const isReferenceToVariable = ({ path, node }: SecretNode): boolean =>
  path.at(-1) === "env" && node._tag === "Scalar" && typeof node.value === "string" && isVariableName(node.value)

/** Schemas that contain themselves end where the value does; this is for values that do not. */
const deepest = 100

const isEmpty = (node: Tree): boolean => node._tag === "Scalar" && node.value === null

const isScalarType = ({ _tag }: SchemaAST.AST): boolean =>
  _tag === "String" || _tag === "Literal" || _tag === "Number" || _tag === "Boolean"

const known = new WeakMap<SchemaAST.AST, boolean>()

/** Whether a schema has a secret anywhere inside. */
export const holdsSecret = (ast: SchemaAST.AST): boolean => {
  const held = known.get(ast)
  if (held !== undefined) return held
  // Until it is known: a schema that contains itself has no secret by way of itself.
  known.set(ast, false)
  const inside: ReadonlyArray<SchemaAST.AST> = [
    ...(ast.encoding ?? []).map(({ to }) => to),
    ...partsIn(ast),
  ]
  const holds = schemaKindOf(ast) === "secret" || inside.some(holdsSecret)
  known.set(ast, holds)
  return holds
}

const partsIn = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  switch (ast._tag) {
    case "Suspend":
      return [ast.thunk()]
    case "Union":
      return ast.types
    case "Arrays":
      return [...ast.elements, ...ast.rest]
    case "Objects":
      return [...ast.propertySignatures.map(({ type }) => type), ...ast.indexSignatures.map(({ type }) => type)]
    default:
      return []
  }
}

/**
 * Hides the texts of an unknown key, and all of its values where its name speaks of a secret. Where it was meant for one that
 * holds no secret (`isHarmless`), only what looks like a secret: a misspelt list of sports may be shown.
 */
export const hideWhatMayBeSecret = (key: string, node: Tree, findings: Findings, isHarmless = false): void => {
  const speaks = speaksOfSecret(key)
  if (isHarmless && !speaks && !holdsWhatLooksSecret(node)) return
  for (const scalar of scalarsOf(node)) if (typeof scalar.written === "string" || speaks) findings.hide(scalar)
  if (node._tag !== "Scalar" && holdsWhatLooksSecret(node)) findings.hide(node)
}
