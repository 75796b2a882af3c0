/** How much work one evaluation of an expression may take. */

/**
 * The steps that an evaluation may take for one record. A step is one part of the expression, evaluated once, or 16
 * characters of a text that it makes; all of them take 10 to 20 ms. A loop over the 900 outcomes of a large game fits in
 * with a hundred parts in its body; a loop over them inside such a loop does not.
 */
export const mostSteps = 100_000

/** What an evaluation ends with that takes more. One object, made once: a new error costs as much as a hundred steps. */
export const tooCostly: Error = Object.freeze(
  new Error(`it takes more than ${mostSteps} steps for this record. Compare less, or loop over a shorter list`),
)

let left = mostSteps

/** Begins an evaluation. Evaluations are synchronous and never nested, so one count serves all expressions. */
export const startSteps = (): void => {
  left = mostSteps
}

/**
 * Takes steps, and throws {@link tooCostly} where there are not enough, from then on each time: `exists` and `||` go on
 * after an error of their parts.
 */
export const takeSteps = (steps: number): void => {
  if ((left -= steps) < 0) throw tooCostly
}

/** Whether this evaluation has taken too many steps. */
export const isOverBudget = (): boolean => left < 0
