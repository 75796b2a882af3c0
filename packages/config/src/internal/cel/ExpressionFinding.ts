/** Mistakes and doubts in expressions. */
import type { ConfigFinding } from "../Findings.ts"

/** What is wrong with an expression, in its own text. */
export interface ExpressionFinding extends ConfigFinding {
  readonly start: number
  readonly end: number
  readonly isError: boolean
}
