/** Rows in the text format of COPY. */
import { type Cell, type Column, isoTime, type Row } from "@boltodds/tables"

/** A row as a line of COPY, without its end; undefined where PostgreSQL cannot hold a text of it: one with NUL. */
export const copyLine = (columns: ReadonlyArray<Column>, row: Row, delivery: number): string | undefined => {
  let line = String(delivery)
  for (let index = 0; index < columns.length; index++) {
    const cell = row[index] ?? null
    const text = textOf(columns[index]!, cell)
    if (text === undefined) return undefined
    line += `\t${text}`
  }
  return line
}

const nothing = "\\N"

const textOf = ({ type }: Column, cell: Cell): string | undefined => {
  if (cell === null) return nothing
  if (typeof cell === "string") {
    if (type === "json" ? hasForbidden(cell) : cell.includes("\u0000")) return undefined
    return /[\\\t\n\r]/.test(cell) ? cell.replace(/[\\\t\n\r]/g, (found) => escapes[found]!) : cell
  }
  if (typeof cell === "number") return type === "time" ? timeText(cell) : String(cell)
  return cell ? "t" : "f"
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" }

/** The escapes of NUL and of half a character, which `jsonb` does not take. A backslash may itself be escaped. */
const hasForbidden = (json: string): boolean =>
  json.includes("\\u") && /\\u(?:0000|d[89a-f]..)/i.test(json.replaceAll("\\\\", ""))

/** The records of a frame have one time. */
let lastTime = NaN
let lastText = ""

const timeText = (time: number): string => {
  if (time !== lastTime) {
    lastTime = time
    lastText = isoTime(time)
  }
  return lastText
}
