/** A table: the columns of an emit, and its records as rows. */
import { cellOf } from "./cellOf.ts"
import type { Cell, Column } from "./Column.ts"
import { type ColumnName, columns } from "./columns.ts"

/** The cells of a record, in the order of the columns. */
export type Row = ReadonlyArray<Cell>

/** What an envelope says of its record. It fills the columns that the record itself does not. */
export interface RowStamp {
  readonly run?: string | undefined
  readonly seq: number
  readonly part?: number | undefined
  readonly origin?: string | undefined
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly session: string
  readonly epoch: number
}

/** The columns of an emit, and how its records become rows. */
export interface Table {
  /** The emit. */
  readonly name: string
  /** What a row is, in one sentence. */
  readonly about: string
  readonly columns: ReadonlyArray<Column>
  /**
   * The row of a record as its emit writes it; undefined for what is no row of this table (controls among `quotes`).
   * Everything the record says is in the row: what no column holds is in `details`.
   */
  readonly rowOf: (record: unknown, stamp?: RowStamp) => Row | undefined
}

/** Columns, each with the fields that fill it: one of them is there. */
export type Layout = ReadonlyArray<ColumnName | readonly [ColumnName, ...ReadonlyArray<string>]>

/** What else a table does with a record. */
export interface TableOptions {
  /** Another object with the fields, made of the record; undefined where it is no row. */
  readonly read?: (record: { readonly [field: string]: unknown }) => { readonly [field: string]: unknown } | undefined
}

/** Makes a table of a layout. */
export const makeTable = (name: string, about: string, layout: Layout, { read }: TableOptions = {}): Table => {
  const made: Array<Column> = []
  const places = new Map<string, number>()
  for (const entry of layout) {
    const [column, ...fields] = typeof entry === "string" ? [entry, entry] as const : entry
    for (const field of fields) places.set(field, made.length)
    made.push({ name: column, ...columns[column] })
  }
  const placeOf = (column: ColumnName): number => made.findIndex((each) => each.name === column)
  const seqAt = placeOf("seq")
  const partAt = placeOf("part")
  const controlAt = placeOf("is_control")
  const detailsAt = placeOf("details")
  const stampAt = stamps.map(([column, of]) => [placeOf(column), of] as const)
  const blank: ReadonlyArray<Cell> = made.map(() => null)
  const rowOf = (given: unknown, stamp?: RowStamp): Row | undefined => {
    if (typeof given !== "object" || given === null) return undefined
    const record = read === undefined ? given as Fields : read(given as Fields)
    if (record === undefined) return undefined
    const row = blank.slice()
    let details: { [field: string]: unknown } | undefined
    for (const field of Object.keys(record)) {
      const value = record[field]
      if (value === null || value === undefined) continue
      const place = places.get(field)
      const cell = place === undefined ? undefined : cellOf(made[place]!.type, value)
      if (cell === undefined) (details ??= {})[field] = value
      else row[place!] = cell
    }
    // An older version did not write it.
    if (partAt !== -1 && row[partAt] === null && row[seqAt] !== null) row[partAt] = 0
    if (controlAt !== -1) row[controlAt] = "control" in record
    if (details !== undefined && detailsAt !== -1) row[detailsAt] = JSON.stringify(details)
    if (stamp !== undefined) {
      for (const [place, of] of stampAt) if (place !== -1 && row[place] === null) row[place] = of(stamp) ?? null
    }
    return row
  }
  return { name, about, columns: made, rowOf }
}

type Fields = { readonly [field: string]: unknown }

const stamps: ReadonlyArray<readonly [ColumnName, (stamp: RowStamp) => Cell | undefined]> = [
  ["received_at", ({ at }) => Number.isFinite(at) ? at : undefined],
  ["run", ({ run }) => run],
  ["seq", ({ seq }) => seq],
  ["part", ({ part }) => part ?? 0],
  ["origin", ({ origin }) => origin],
  ["session_name", ({ session }) => session],
  ["epoch", ({ epoch }) => epoch],
]
