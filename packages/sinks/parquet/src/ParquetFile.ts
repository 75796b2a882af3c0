/** A Parquet file that rows are written to, one row group after another. */
import type { Cell, Column, Row, Table } from "@boltodds/tables"
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer"
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs"
import { constants, zstdCompressSync } from "node:zlib"

/** What a file holds. */
export interface ParquetSize {
  readonly rows: number
  readonly bytes: number
}

/** A row group ends with so many rows, or characters of them. Larger ones compress better, and need more memory. */
const groupRows = 100_000
const groupCharacters = 64 * 1024 * 1024
/** The writer gives up a dictionary that is larger than a page: links and outcomes have many values. */
const pageBytes = 16 * 1024 * 1024

const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
const compressors = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes, level) }

type Value = Exclude<Cell, null> | bigint | undefined

/**
 * Writes rows of a table to a new file, compressed with zstd. It is readable only after `finish`, which forces it to the
 * disk. Synchronous, and a row group of 100,000 rows takes seconds: use it in a thread of its own beside a live feed.
 *
 * Whole numbers are INT64, numbers DOUBLE, times TIMESTAMP in UTC with microseconds, texts and JSON values STRING. The
 * description of each column is in the metadata of the file, under `boltodds.columns`.
 */
export class ParquetFile {
  readonly #table: Table
  readonly #file: number
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  #columns: ReadonlyArray<Array<Value>>
  #rows = 0
  #characters = 0
  #groupRows = 0
  #size = 0

  /** Makes the file; throws where there is one of that name. `mode`: default as the umask says. */
  constructor(path: string, table: Table, mode?: number) {
    this.#table = table
    this.#file = openSync(path, "wx", mode)
    this.#columns = table.columns.map(() => [])
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(table.columns),
      codec: "ZSTD",
      compressors,
      kvMetadata: [
        { key: "boltodds.table", value: table.name },
        {
          key: "boltodds.columns",
          value: JSON.stringify(Object.fromEntries(table.columns.map(({ name, description }) => [name, description]))),
        },
      ],
    })
  }

  /** Adds a row. */
  add(row: Row): void {
    for (let index = 0; index < this.#columns.length; index++) {
      const cell = row[index] ?? undefined
      if (typeof cell === "string") this.#characters += cell.length
      this.#columns[index]!.push(valueOf(this.#table.columns[index]!, cell))
    }
    this.#groupRows += 1
    if (this.#groupRows >= groupRows || this.#characters >= groupCharacters) this.#writeGroup()
  }

  /** Writes what is missing, and the footer; closes the file. */
  finish(): ParquetSize {
    if (this.#groupRows > 0) this.#writeGroup()
    void this.#writer.finish()
    this.#drain()
    fsyncSync(this.#file)
    this.close()
    return { rows: this.#rows, bytes: this.#size }
  }

  /** Closes the file as it is, unreadable. */
  close(): void {
    closeSync(this.#file)
  }

  #writeGroup(): void {
    const columnData = this.#table.columns.map(({ name, type }, index) => ({
      name,
      data: this.#columns[index]!,
      ...isCounted(name) && type !== "text" ? { encoding: "DELTA_BINARY_PACKED" as const } : {},
    }))
    void this.#writer.write({ columnData, rowGroupSize: this.#groupRows, pageSize: pageBytes })
    this.#rows += this.#groupRows
    this.#groupRows = 0
    this.#characters = 0
    this.#columns = this.#table.columns.map(() => [])
    this.#drain()
  }

  #drain(): void {
    const bytes = this.#bytes.getBytes()
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written)
    this.#size += bytes.length
    // What is on the disk is not written again.
    this.#bytes.index = 0
  }
}

/** Grows from row to row: the differences are small. */
const isCounted = (name: string): boolean => name === "seq" || name === "part" || name === "frame"

const valueOf = ({ type }: Column, cell: Exclude<Cell, null> | undefined): Value => {
  if (typeof cell !== "number") return cell
  return type === "whole" ? BigInt(cell) : type === "time" ? BigInt(Math.round(cell * 1000)) : cell
}

const schemaOf = (columns: ReadonlyArray<Column>): Array<SchemaElement> => [
  { name: "root", num_children: columns.length },
  ...columns.map(elementOf),
]

const elementOf = ({ name, type }: Column): SchemaElement => {
  const optional = { name, repetition_type: "OPTIONAL" } as const
  switch (type) {
    case "text":
    case "json":
      return { ...optional, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } }
    case "whole":
      return { ...optional, type: "INT64" }
    case "number":
      return { ...optional, type: "DOUBLE" }
    case "flag":
      return { ...optional, type: "BOOLEAN" }
    case "time":
      return {
        ...optional,
        type: "INT64",
        converted_type: "TIMESTAMP_MICROS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
      }
  }
}
