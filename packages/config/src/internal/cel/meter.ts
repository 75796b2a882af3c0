/** Expressions parsed so that they count their steps. */
import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js"
import { takeSteps, tooCostly } from "./budget.ts"
import { loopIn, partsOfNode } from "./nodes.ts"
import { unknown } from "./values.ts"
import { linearMatches } from "./patterns.ts"

/**
 * Makes a parsed expression count its steps. One without loops and `cel.bind` that is short takes time in proportion to its
 * record, and counts nothing but searches of one text of the record for another, which take the product of their lengths.
 * Gives whether anything is counted. `isFlat`: the record has no lists and maps, and no long texts.
 */
export const meter = (ast: ASTNode, isFlat: boolean): boolean => {
  if (!mayRepeat(ast) && !isLong(ast, isFlat)) return meterSearches(ast)
  meterAll(ast, "whole")
  return true
}

/**
 * More than this many parts count their steps: those that fail take 0.1 ms each, and those that look through a value take
 * up to 60 ms for a message of 8 MiB (measured: size of a map, comparison of two, `in` a list).
 */
const mostUncounted = { parts: 300, looks: 4 }

const isLong = (ast: ASTNode, isFlat: boolean): boolean => {
  let [parts, looks] = [0, 0]
  const count = (node: ASTNode): void => {
    parts += 1
    if (looksThrough(node)) looks += 1
    partsOfNode(node).forEach(count)
  }
  count(ast)
  return parts > mostUncounted.parts || (!isFlat && looks > mostUncounted.looks)
}

/** Whether the time of a node depends on how large a value of the record is. */
const looksThrough = ({ op, args }: ASTNode): boolean => {
  switch (op) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return !args.some(isLiteral)
    case "in":
      return !isLiteral(args[1])
    case "+":
    case "call":
    case "rcall":
      return true
    default:
      return false
  }
}

const isLiteral = (node: ASTNode): boolean => node.op === "value" || (node.op === "list" && node.args.every(isLiteral))

/** Loops repeat their bodies, and a name for a value lets texts and lists double with each use. */
const mayRepeat = (node: ASTNode): boolean =>
  loopIn(node) !== undefined || (node.op === "rcall" && node.args[0] === "bind") || partsOfNode(node).some(mayRepeat)

/**
 * How a value is used: a `field` of it is read, in constant time; it is looked through once (`flat`), or with all that is
 * in it (`whole`).
 */
type Use = "field" | "flat" | "whole"

const meterAll = (node: ASTNode, use: Use): void => {
  meterSearch(node)
  const inside = useOfParts(node)
  for (const part of partsOfNode(node)) meterAll(part, inside)
  const fixed = fixedCost(node)
  onEvaluate(node, (evaluate) => {
    takeSteps(fixed)
    let value: unknown
    try {
      value = evaluate()
    } catch (cause) {
      if (cause !== unknown && cause !== tooCostly && cause !== lastFailure) {
        lastFailure = cause
        takeSteps(stepsOfFailure)
      }
      throw cause
    }
    if (use === "whole") weigh(value)
    else if (use === "flat") weighFlat(value)
    return value
  })
}

/** A failure is an error with a stack: made once, it passes the nodes above it. */
const stepsOfFailure = 200
let lastFailure: unknown

const useOfParts = (node: ASTNode): Use => {
  switch (node.op) {
    case ".":
    case "[]":
      return "field"
    case "==":
    case "!=":
    case "in":
      return "whole"
    case "rcall":
      return node.args[0] === "join" ? "whole" : "flat"
    default:
      return "flat"
  }
}

/** Reading a clock of another time zone takes 40 µs. */
const fixedCost = (node: ASTNode): number =>
  node.op === "rcall" && node.args[0].startsWith("get") && node.args[2].length > 0 ? 1_500 : 1

const charactersAStep = 16

/** The library lists the keys of a map each time that it looks at one. */
const stepsOfKey = 2

const lengthOf = (value: unknown): number => {
  if (typeof value === "string") return Math.ceil(value.length / charactersAStep)
  if (typeof value !== "object" || value === null) return 0
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length
  return Object.keys(value).length * stepsOfKey
}

/** Takes steps for a value that is looked through once. The library also lists the keys of its first part, and so on. */
const weighFlat = (value: unknown): void => {
  for (let part = value; typeof part === "object" && part !== null && !(part instanceof Uint8Array);) {
    takeSteps(1 + lengthOf(part))
    part = Array.isArray(part) ? part[0] : (part as { readonly [key: string]: unknown })[Object.keys(part)[0] ?? ""]
  }
  if (typeof value === "string" || value instanceof Uint8Array) takeSteps(lengthOf(value))
}

/** Takes steps for a value and all that is in it: a list that stands in another twice counts twice, as it is read. */
export const weigh = (value: unknown): void => {
  takeSteps(lengthOf(value))
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    takeSteps(1)
    weigh(item)
  }
}

const searches: ReadonlySet<string> = new Set(["contains", "indexOf", "lastIndexOf", "split", "join"])

const meterSearches = (node: ASTNode): boolean =>
  [...partsOfNode(node).map(meterSearches), meterSearch(node)].includes(true)

/** What is looked for by a text of this length or a shorter one takes time in proportion to the text searched. */
const shortText = 64
const charactersOfSearchAStep = 32

/**
 * Before a search runs: the product of both lengths. Which of both texts is evaluated first is the library's business, so
 * each takes steps with what the other was last; the second time is the right one.
 */
const meterSearch = (node: ASTNode): boolean => {
  if (node.op === "call" && node.args[0] === "duration") return meterDuration(node.args[1][0])
  if (node.op !== "rcall" || !searches.has(node.args[0])) return false
  const [, text, [sought]] = node.args
  if (sought === undefined || (sought.op === "value" && String(sought.args).length <= shortText)) return false
  let textLength = 0
  let soughtLength = 0
  const pay = (): void => takeSteps(Math.ceil(textLength * soughtLength / charactersOfSearchAStep))
  onEvaluate(text, (evaluate) => {
    const value = evaluate()
    textLength = typeof value === "string" || Array.isArray(value) ? value.length : 0
    pay()
    return value
  })
  onEvaluate(sought, (evaluate) => {
    const value = evaluate()
    soughtLength = typeof value === "string" ? value.length : 0
    pay()
    return value
  })
  return true
}

/** The library reads a duration in the third power of its length: measured, 1.5 s for 700 digits. */
const meterDuration = (text: ASTNode | undefined): boolean => {
  if (text === undefined) return false
  onEvaluate(text, (evaluate) => {
    const value = evaluate()
    if (typeof value === "string") takeSteps(Math.ceil(value.length ** 3 / 8))
    return value
  })
  return true
}

type Evaluating = (evaluator: unknown, node: unknown, context: unknown) => unknown

/**
 * Puts something around each evaluation of a node. The library calls the method `evaluate` of a node, which at the first
 * call replaces itself by the one for its kind and calls that: so the property catches what is set, and what it calls
 * again from inside itself is not counted twice.
 */
const onEvaluate = (node: ASTNode, around: (evaluate: () => unknown) => unknown): void => {
  const evaluable = node as unknown as { evaluate: Evaluating }
  const outer = Object.getOwnPropertyDescriptor(evaluable, "evaluate")
  let inner = evaluable.evaluate
  let isInside = false
  const metered: Evaluating = (evaluator, own, context) => {
    const evaluate = (): unknown => inner.call(node, evaluator, own, context)
    if (isInside) return evaluate()
    isInside = true
    try {
      return around(evaluate)
    } finally {
      isInside = false
    }
  }
  Object.defineProperty(evaluable, "evaluate", {
    configurable: true,
    get: () => metered,
    set: (chosen: Evaluating) => {
      if (outer?.set === undefined) inner = chosen
      else outer.set.call(node, chosen)
    },
  })
}

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
