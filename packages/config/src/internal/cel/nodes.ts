/** The nodes of a parsed expression, and its loops: the macros of CEL that run over a list. */
import type { ASTNode } from "@marcbachmann/cel-js"
import type { ExpressionFinding } from "../Findings.ts"

/** The parts of a node that are nodes themselves. */
export const partsOfNode = (node: ASTNode): ReadonlyArray<ASTNode> => nodesIn(node.args)

const nodesIn = (value: unknown): ReadonlyArray<ASTNode> => {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  return typeof value === "object" && value !== null && "op" in value && "args" in value ? [value as ASTNode] : []
}

/** A macro such as `list.exists(x, x > 1)`. */
export interface Loop {
  readonly list: ASTNode
  /** What is evaluated for each element. */
  readonly body: ReadonlyArray<ASTNode>
}

const macros: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"])

/** The loop that a node is. */
export const loopIn = (node: ASTNode): Loop | undefined => {
  if (node.op !== "rcall" || !macros.has(node.args[0])) return undefined
  const [, list, given] = node.args
  const [variable, ...body] = given
  return variable?.op === "id" && body.length > 0 ? { list, body } : undefined
}

const mostNested = 2
const mostTurns = 10_000

/** How many elements a list of a record is taken to have, before any record is seen. */
const assumedLength = 100

/** Loops that would hold up everything else: nested more than twice, or with too many turns for one record. */
export const costlyLoops = (node: ASTNode, depth = 0, turns = 1): ReadonlyArray<ExpressionFinding> => {
  const loop = loopIn(node)
  if (loop === undefined) return partsOfNode(node).flatMap((part) => costlyLoops(part, depth, turns))
  const place = { start: node.start, end: node.end, isError: true }
  if (depth === mostNested) {
    return [{
      ...place,
      message: `Cannot use this expression: its loops are nested more than ${mostNested} deep`,
      remedy: "its work multiplies with each; write one loop, or `in` with a list",
    }]
  }
  const inside = turns * listLength(loop.list)
  if (inside > mostTurns) {
    return [{
      ...place,
      message: `Cannot use this expression: its loops take ${inside} turns for each record` +
        `${readsRecord(loop.list) ? `, with ${assumedLength} elements in a list of the record` : ""}`,
      remedy: `stay below ${mostTurns}: shorten the lists, or use \`in\``,
    }]
  }
  return [
    ...costlyLoops(loop.list, depth, turns),
    ...loop.body.flatMap((part) => costlyLoops(part, depth + 1, inside)),
  ]
}

/** The elements of a list as far as the text shows. */
const listLength = (node: ASTNode): number => {
  if (node.op === "list" || node.op === "map") return node.args.length
  if (node.op === "+") return listLength(node.args[0]) + listLength(node.args[1])
  const loop = loopIn(node)
  return loop === undefined ? assumedLength : listLength(loop.list)
}

const readsRecord = (node: ASTNode): boolean => node.op !== "list" && node.op !== "map"
