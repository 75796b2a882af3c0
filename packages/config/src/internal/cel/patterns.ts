/** The patterns of `matches`: RE2's syntax and its linear time, as CEL asks. */
import type { RE2JS } from "re2js"
import * as Effect from "effect/Effect"
import type { Tree } from "../Tree.ts"
import { takeSteps } from "./budget.ts"

let engine: typeof RE2JS | undefined

/** Loads the engine, which takes 20 ms: only for documents that speak of `matches`. */
export const loadPatterns = (document: Tree): Effect.Effect<void> =>
  engine === undefined && speaksOfMatches(document)
    ? Effect.promise(async () => {
      engine = (await import("re2js")).RE2JS
    })
    : Effect.void

const speaksOfMatches = (tree: Tree): boolean => {
  switch (tree._tag) {
    case "Scalar":
      return typeof tree.value === "string" && tree.value.includes("matches")
    case "List":
      return tree.items.some(speaksOfMatches)
    case "Mapping":
      return tree.entries.some(({ node }) => speaksOfMatches(node))
  }
}

/**
 * What `matches` is called once an expression is parsed: the library's own uses JavaScript's patterns, some of which take
 * longer than anybody waits, and it cannot be replaced under its name.
 */
export const linearMatches = "linearMatches"

/** A pattern at work: whether a text holds a match. */
export type Matches = (text: string) => boolean

const longestPattern = 1_000
/** Instructions. The time for a text is at most its length times this number, times 30 ns. */
const largestProgram = 2_000

/** Most patterns need a tenth of the worst time. */
const instructionsAStep = 16

/** Compiles a pattern. Throws an error that says what is wrong with it. */
export const compilePattern = (pattern: string): Matches => {
  if (engine === undefined) throw new Error("the engine of patterns is not loaded")
  if (pattern.length > longestPattern) throw new Error(`it has more than ${longestPattern} characters`)
  const program = engine.compile(pattern)
  const size = program.programSize()
  if (size > largestProgram) throw new Error("its repetitions make it too large")
  return (text) => {
    takeSteps(Math.ceil(text.length * size / instructionsAStep))
    return program.test(text)
  }
}

const compiled = new Map<string, Matches>()
const mostCompiled = 1_000

/** Whether a text holds a match of a pattern. Patterns are constants of expressions, and each is compiled once. */
export const matches = (text: string, pattern: string): boolean => {
  let known = compiled.get(pattern)
  if (known === undefined) {
    if (compiled.size >= mostCompiled) compiled.clear()
    known = compilePattern(pattern)
    compiled.set(pattern, known)
  }
  return known(text)
}

/** Why a text is no pattern for `matches`. */
export const patternProblem = (pattern: string): { readonly message: string; readonly remedy: string } | undefined => {
  try {
    return void compilePattern(pattern)
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).replace(/^error parsing regexp: /, "")
    return {
      message: `Cannot use the pattern ${JSON.stringify(pattern)}: ${why}`,
      remedy: remedyFor(why),
    }
  }
}

const remedyFor = (why: string): string => {
  if (/too large|more than/.test(why)) return "write a shorter one, or several conditions with || between them"
  return /Perl syntax|invalid escape sequence: `\\\d|named capture/.test(why)
    ? "patterns are RE2's: they have no look-ahead, look-behind or back-references. Write several conditions with && or ||"
    : 'write a regular expression; characters such as ( [ * + ? . are themselves after \\\\, as in "\\\\("'
}
