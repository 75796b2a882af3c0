/** A column of a table, and what its cells hold. */

/**
 * What a column holds.
 *
 * `text` · `whole`: a whole number that a double holds exactly · `number`: a double · `flag`: true or false · `time`: an
 * instant · `json`: the text of a JSON value
 */
export type ColumnType = "text" | "whole" | "number" | "flag" | "time" | "json"

/** What a row holds in one column: of a `time` milliseconds since 1970 UTC, with a fraction down to microseconds. */
export type Cell = string | number | boolean | null

/** One column of a table. Every column may be null. */
export interface Column {
  /** Small letters, digits and `_`. No keyword of SQL, so it needs no quotes in any database. */
  readonly name: string
  readonly type: ColumnType
  /** What it says, in one or two sentences. */
  readonly description: string
}
