/** What an expression names: fields, and names of the feed that it compares with. */
import type { ASTNode } from "@marcbachmann/cel-js"
import type { ComparedName } from "../../Plugin.ts"
import { evaluatingEnvironment } from "./environment.ts"
import { partsOfNode } from "./nodes.ts"
import { type EmitRecords, fieldsOf } from "./fields.ts"

/** The fields of this emit that a checked expression names, each once, in their order. */
export const namedFields = (text: string, emit: EmitRecords): ReadonlyArray<string> => {
  const fields = fieldsOf(emit)
  const names = idsIn(evaluatingEnvironment(emit).parse(text).ast)
  return [...new Set(names.filter((name) => Object.hasOwn(fields, name)))]
}

const idsIn = (node: ASTNode): ReadonlyArray<string> =>
  node.op === "id" ? [node.args] : partsOfNode(node).flatMap(idsIn)

const kindOf: { readonly [field: string]: ComparedName["kind"] } = {
  sport: "sport",
  sportsbook: "sportsbook",
  game: "game",
  market: "market",
  outcome_name: "market",
}

/** The texts that a checked expression compares with `sport`, `sportsbook`, `game` and `market`, each once. */
export const comparedNames = (text: string, emit: EmitRecords): ReadonlyArray<ComparedName> => {
  const found = namesIn(evaluatingEnvironment(emit).parse(text).ast)
  return [...new Map(found.map((each) => [`${each.kind}\u0000${each.name}`, each])).values()]
}

const namesIn = (node: ASTNode): ReadonlyArray<ComparedName> => {
  const inside = partsOfNode(node).flatMap(namesIn)
  if (node.op !== "==" && node.op !== "!=" && node.op !== "in") return inside
  const [left, right] = node.args
  const field = fieldOf(left) ?? fieldOf(right)
  const kind = field === undefined ? undefined : kindOf[field]
  if (kind === undefined) return inside
  const other = fieldOf(left) === undefined ? left : right
  const literals = other.op === "list" ? other.args : [other]
  return [
    ...inside,
    ...literals.flatMap((literal) =>
      literal.op === "value" && typeof literal.args === "string" ? [{ kind, name: literal.args }] : []
    ),
  ]
}

/** `sport`, and the `sport` of `data.sport` or `data["sport"]`. */
const fieldOf = (node: ASTNode): string | undefined => {
  if (node.op === "id") return node.args
  if (node.op === ".") return node.args[1]
  if (node.op !== "[]") return undefined
  const [, index] = node.args
  return index.op === "value" && typeof index.args === "string" ? index.args : undefined
}
