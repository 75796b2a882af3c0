/** How records stand in files: lines of JSON, rows of CSV, or what a caller makes of them. */
import type { Envelope } from "@boltodds/sink"
import { csvHeader, csvLine, tableOf, tables } from "@boltodds/tables"

/** How records become lines. */
export interface LineForm {
  /** The first line of every file, without its end. Default: none. */
  readonly header?: string
  /**
   * The line of a record, without its end and without line breaks; undefined for one that gets no line. `run` is that of
   * records that do not say theirs.
   */
  readonly lineOf: (envelope: Envelope<unknown>, run: string | undefined) => string | undefined
  /** What ends a line. Default LF. */
  readonly end?: "\n" | "\r\n"
}

/** The emits whose records can be rows. */
export const csvEmits: ReadonlyArray<string> = tables.map(({ name }) => name)

/** Rows of CSV, of records of this emit; undefined where it has no table. */
export const csvForm = (emit: string): LineForm | undefined => {
  const table = tableOf(emit)
  if (table === undefined) return undefined
  const { columns } = table
  return {
    header: csvHeader(columns),
    lineOf: (envelope, run) => {
      const { seq, part, origin, at, session, epoch } = envelope
      const stamp = { run: envelope.run ?? run, seq, part, origin, at, session, epoch }
      const row = table.rowOf(JSON.parse(envelope.text), stamp)
      return row === undefined ? undefined : csvLine(columns, row, { oneLine: true })
    },
    end: "\r\n",
  }
}
