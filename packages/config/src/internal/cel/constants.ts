/** The parts of an expression that are the same for every record, worked out before anything runs. */
import type { ASTNode, Environment } from "@marcbachmann/cel-js"
import type { ExpressionFinding } from "./ExpressionFinding.ts"
import { partsOfNode } from "./environment.ts"

/**
 * Constant parts that fail, and constant patterns that cannot be compiled: they would fail for each record, and a
 * condition that fails lets nothing pass.
 */
export const wrongConstants = (
  node: ASTNode,
  text: string,
  environment: Environment,
): ReadonlyArray<ExpressionFinding> => {
  const pattern = patternIn(node)
  const value = pattern !== undefined && isConstant(pattern) ? valueOf(pattern, text, environment) : undefined
  const wrongPattern = value !== undefined && "value" in value ? patternProblem(value.value) : undefined
  const own = pattern !== undefined && wrongPattern !== undefined
    ? [{ start: pattern.start, end: pattern.end, isError: true, ...wrongPattern }]
    : []
  // A constant that fails is reported whole; one that is worked out has no part that fails.
  if (isComputed(node) && isConstant(node)) {
    const result = valueOf(node, text, environment)
    if ("value" in result) return own
    return [{
      start: node.start,
      end: node.end,
      isError: true,
      message: `Cannot use this expression: it fails for every record: ${result.failure}`,
      remedy: "correct it, or remove it",
    }]
  }
  return [...own, ...partsOfNode(node).flatMap((part) => wrongConstants(part, text, environment))]
}

/** Why a text is no pattern for `matches`. */
export const patternProblem = (
  pattern: unknown,
): { readonly message: string; readonly remedy: string } | undefined => {
  if (typeof pattern !== "string") return undefined
  try {
    return void new RegExp(pattern)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^.*: /s, "").toLowerCase() : String(cause)
    return {
      message: `Cannot use the pattern ${JSON.stringify(pattern)}: ${why}`,
      remedy: 'write a regular expression; characters such as ( [ * + ? . are themselves after \\\\, as in "\\\\("',
    }
  }
}

/** The second operand of `text.matches(pattern)`. */
const patternIn = (node: ASTNode): ASTNode | undefined => {
  if (node.op !== "rcall" || node.args[0] !== "matches") return undefined
  const given = node.args[2]
  return given.length === 1 ? given[0] : undefined
}

/** Literals need no check, and a pattern is compiled, not tried: one that is slow would hold up the check. */
const isComputed = (node: ASTNode): boolean => node.op !== "value" && node.op !== "list" && node.op !== "map"

const isConstant = (node: ASTNode): boolean =>
  node.op !== "id" && patternIn(node) === undefined && partsOfNode(node).every(isConstant)

const valueOf = (
  node: ASTNode,
  text: string,
  environment: Environment,
): { readonly value: unknown } | { readonly failure: string } => {
  try {
    return { value: environment.parse(text.slice(node.start, node.end))({}) as unknown }
  } catch (cause) {
    return { failure: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) }
  }
}
