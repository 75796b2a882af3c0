/** What cannot be known. */

/**
 * What an operator or function gives where it is handed null: it cannot be known. `&&`, `||` and `!=` treat it as CEL
 * treats errors, so a condition is true only where it is so whatever the unknown may be. One object, made once: suspended
 * lines are frequent, and a new error costs a hundred times more.
 */
export const unknown: Error = Object.freeze(new Error("a field is null"))
