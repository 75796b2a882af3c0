/** Expressions, parsed for evaluation. */
import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js"
import { meter } from "./meter.ts"
import { partsOfNode } from "./nodes.ts"
import { linearMatches } from "./patterns.ts"

/** Parses an expression for evaluation: its patterns take linear time, and what can take long counts its steps. */
export const parseBounded = (text: string, environment: Environment): ParseResult => {
  const program = environment.parse(text)
  useLinearPatterns(program.ast)
  meter(program.ast)
  return program
}

const useLinearPatterns = (node: ASTNode): void => {
  if (node.op === "rcall" && node.args[0] === "matches") node.args[0] = linearMatches
  partsOfNode(node).forEach(useLinearPatterns)
}
