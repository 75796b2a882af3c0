/** Rows as CSV: RFC 4180, and no cell that a spreadsheet would run. */
import type { Cell, Column } from "./Column.ts"
import type { Row } from "./Table.ts"

/** Options of {@link csvLine}. */
export interface CsvOptions {
  /** Writes line breaks within a text as spaces, so that each row is one line. Default false. */
  readonly oneLine?: boolean
}

/** The names of columns as a line of CSV, without its end. */
export const csvHeader = (columns: ReadonlyArray<Column>): string => columns.map(({ name }) => name).join(",")

/**
 * A row as a line of CSV, without its end (CR LF). Null is an empty cell, and an empty text is `""`; a time is ISO 8601 in
 * UTC. A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets a `'` before it: a spreadsheet would take
 * it for a formula. Numbers stay numbers.
 */
export const csvLine = (
  columns: ReadonlyArray<Column>,
  row: Row,
  { oneLine = false }: CsvOptions = {},
): string => {
  let text = ""
  for (let index = 0; index < columns.length; index++) {
    if (index > 0) text += ","
    const cell = row[index]
    if (cell !== null && cell !== undefined) text += csvCell(columns[index]!, cell, oneLine)
  }
  return text
}

const csvCell = ({ type }: Column, cell: Exclude<Cell, null>, oneLine: boolean): string => {
  if (typeof cell === "string") return textCell(cell, oneLine, type === "text")
  return typeof cell === "number" && type === "time" ? isoTime(cell) : String(cell)
}

/** The text of a JSON value begins with nothing that a spreadsheet would run. */
const textCell = (text: string, oneLine: boolean, mayRun: boolean): string => {
  const flat = oneLine && /[\r\n]/.test(text) ? text.replace(/\r\n|[\r\n]/g, " ") : text
  const safe = mayRun && /^[=+\-@\t\r]/.test(flat) ? `'${flat}` : flat
  return safe === "" || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A cell of a `time`, in ISO 8601, UTC: to the millisecond, or to the microsecond where it has some. */
export const isoTime = (time: number): string => {
  const micros = Math.round(time * 1000)
  const millis = Math.floor(micros / 1000)
  const rest = micros - millis * 1000
  const iso = new Date(millis).toISOString()
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, "0")}Z`
}
