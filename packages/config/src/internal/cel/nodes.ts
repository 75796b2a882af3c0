/** The nodes of a parsed expression. */
import type { ASTNode } from "@marcbachmann/cel-js"

/** The parts of a node that are nodes themselves. */
export const partsOfNode = (node: ASTNode): ReadonlyArray<ASTNode> => nodesIn(node.args)

const nodesIn = (value: unknown): ReadonlyArray<ASTNode> => {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  return typeof value === "object" && value !== null && "op" in value && "args" in value ? [value as ASTNode] : []
}
