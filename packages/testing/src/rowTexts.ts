/** Rows as an independent reader gives them, compared cell by cell with the records that were written. */
import type { Sink } from "@boltodds/sink"
import { type Cell, type Column, type Table, tableOf } from "@boltodds/tables"
import * as Effect from "effect/Effect"

/** A cell as a reader gives it: a whole number may be a text or a bigint, a time is in microseconds. */
export type ReadCell = string | number | bigint | boolean | null

/** Knows the text of each row that was written. */
export class RowTexts {
  readonly table: Table
  readonly #texts = new Map<string, string>()

  constructor(emit: string = "changes") {
    this.table = tableOf(emit)!
  }

  /** Notes what a sink is given. */
  noting<A>(sink: Sink<A>): Sink<A> {
    return {
      ...sink,
      write: (batch) => {
        for (const { text } of batch.envelopes) this.note(text)
        return sink.write(batch)
      },
    }
  }

  /** The same for a sink that opens. */
  notingOpened<A, E, R>(opened: Effect.Effect<Sink<A>, E, R>): Effect.Effect<Sink<A>, E, R> {
    return Effect.map(opened, (sink) => this.noting(sink))
  }

  /** Notes the text of a record. */
  note(text: string): void {
    const row = this.table.rowOf(JSON.parse(text))
    if (row !== undefined) {
      this.#texts.set(this.keyOf(row.map((cell, index) => microsOf(this.table.columns[index]!, cell))), text)
    }
  }

  /** The text of a row as it was read. A row that differs in one cell has none. */
  textOf(cells: ReadonlyArray<ReadCell>): string {
    return this.#texts.get(this.keyOf(cells)) ?? `no such row: ${this.keyOf(cells)}`
  }

  /** A row as one text, whatever reader it is of. */
  keyOf(cells: ReadonlyArray<ReadCell>): string {
    return JSON.stringify(this.table.columns.map(({ name, type }, index) => {
      const cell = cells[index] ?? null
      if (cell === null) return null
      if (type === "json") return [name, sorted(JSON.parse(String(cell)))]
      return [name, type === "text" || type === "flag" ? cell : Number(cell)]
    }))
  }
}

const microsOf = ({ type }: Column, cell: Cell): ReadCell =>
  type === "time" && typeof cell === "number" ? Math.round(cell * 1000) : cell

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]),
  )
}
