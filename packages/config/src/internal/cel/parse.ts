/** Expressions, parsed for evaluation. */
import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js"
import { meter } from "./meter.ts"
import { partsOfNode } from "./nodes.ts"
import { linearMatches } from "./patterns.ts"

/**
 * Parses an expression for evaluation: its patterns take linear time, and what can take long counts its steps. `isFlat`: it
 * sees records without lists, maps and long texts.
 */
export const parseBounded = (
  text: string,
  environment: Environment,
  isFlat = false,
): { readonly program: ParseResult; readonly mayTakeLong: boolean } => {
  const program = environment.parse(text)
  const hasPatterns = useLinearPatterns(program.ast)
  return { program, mayTakeLong: meter(program.ast, isFlat) || hasPatterns }
}

const useLinearPatterns = (node: ASTNode): boolean => {
  const hasPatterns = partsOfNode(node).map(useLinearPatterns).includes(true)
  if (node.op === "call" && node.args[0] === "matches") return true
  if (node.op !== "rcall" || node.args[0] !== "matches") return hasPatterns
  node.args[0] = linearMatches
  return true
}
