/** The shells whose completions are known. */

/** A shell. */
export type Shell = typeof shells[number]

/** Every {@link Shell}. */
export const shells = ["bash", "zsh", "fish"] as const
