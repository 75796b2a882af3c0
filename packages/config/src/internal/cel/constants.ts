/** The parts of an expression that are the same for every record, worked out before anything runs. */
import type { ASTNode, Environment } from "@marcbachmann/cel-js"
import type { ExpressionFinding } from "../Findings.ts"
import { startSteps } from "./budget.ts"
import { partsOfNode } from "./nodes.ts"
import { parseBounded } from "./meter.ts"
import { patternProblem } from "./patterns.ts"

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
  const wrongPattern = pattern !== undefined && value === undefined
    ? patternOfRecord
    : value !== undefined && "value" in value && typeof value.value === "string"
    ? patternProblem(value.value)
    : undefined
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

/** Compiling the largest patterns takes up to 30 ms each. */
const mostPatterns = 50

/** The pattern with which there are too many to compile. */
export const onePatternTooMany = (node: ASTNode): ReadonlyArray<ExpressionFinding> => {
  const one = patternsIn(node)[mostPatterns]
  return one === undefined ? [] : [{
    start: one.start,
    end: one.end,
    isError: true,
    message: `Cannot use this expression: it has more than ${mostPatterns} patterns`,
    remedy: 'write alternatives in one, as in "^(a|b|c)"; use `in` or `contains` where no pattern is needed',
  }]
}

const patternsIn = (node: ASTNode): ReadonlyArray<ASTNode> => {
  const own = patternIn(node)
  return [...own === undefined ? [] : [own], ...partsOfNode(node).flatMap(patternsIn)]
}

/** The feed must not say what is looked for, nor how long that takes. */
const patternOfRecord = {
  message: "Cannot use this pattern: it is not the same for every record",
  remedy: "write it as a text; use `contains` or == to compare with a field",
}

/** The pattern of `text.matches(pattern)` and of `matches(text, pattern)`. */
const patternIn = (node: ASTNode): ASTNode | undefined => {
  if (node.op === "rcall" && node.args[0] === "matches" && node.args[2].length === 1) return node.args[2][0]
  return node.op === "call" && node.args[0] === "matches" && node.args[1].length === 2 ? node.args[1][1] : undefined
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
    startSteps()
    return { value: parseBounded(sourceOf(node, text), environment).program({}) as unknown }
  } catch (cause) {
    return { failure: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) }
  }
}

/** The text of a node. Its place begins and ends inside the parentheses around its first and last part. */
const sourceOf = (node: ASTNode, text: string): string => {
  let open = 0
  let unopened = 0
  let at = node.start
  for (const { start, end } of [...literalsIn(node), { start: node.end, end: node.end }]) {
    for (const char of text.slice(at, start)) {
      if (char === "(") open += 1
      else if (char === ")" && open > 0) open -= 1
      else if (char === ")") unopened += 1
    }
    at = end
  }
  return "(".repeat(unopened) + text.slice(node.start, node.end) + ")".repeat(open)
}

const literalsIn = (node: ASTNode): ReadonlyArray<ASTNode> =>
  node.op === "value" ? [node] : partsOfNode(node).flatMap(literalsIn)
