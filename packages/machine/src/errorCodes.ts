/** What the system says of a file that cannot be used. */

/** `ENOENT` and the like. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

/** Why a file could not be used, in a word where there is one. */
export const reasonOf = (cause: unknown): string =>
  codeOf(cause) ?? (cause instanceof Error ? cause.message : String(cause))
