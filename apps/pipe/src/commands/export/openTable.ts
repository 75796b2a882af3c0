/** A table that is written to a file, under another name until it is whole. */
import { csvHeader, csvLine, type Row, type Table } from "@boltodds/tables"
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { writeData } from "../../terminal/Terminal.ts"

/** A table that is being written. */
export interface TableWriter {
  readonly add: (row: Row) => Promise<void> | void
  /** Gives the file its name. Bytes are not known on stdout. */
  readonly finish: () => Promise<{ readonly rows: number; readonly bytes?: number }>
  /** Removes what was written. */
  readonly giveUp: () => Promise<void> | void
}

/** Opens a table at a path; `-` is standard output. */
export const openTable = async (to: string, format: "csv" | "parquet", table: Table): Promise<TableWriter> => {
  if (format === "csv") return to === "-" ? csvOnStdout(table) : csvFile(to, table)
  // The writer of Parquet is loaded only here.
  const { ParquetFile } = await import("@boltodds/sink-parquet")
  const part = partOf(to)
  rmSync(part, { force: true })
  const file = new ParquetFile(part, table)
  return {
    add: (row) => file.add(row),
    finish: async () => {
      const size = file.finish()
      renameSync(part, to)
      return size
    },
    giveUp: () => {
      file.close()
      rmSync(part, { force: true })
    },
  }
}

const partOf = (path: string): string => `${path}.tmp`

/** Lines are written this many characters at a time, or more. */
const atOnce = 256 * 1024

const csvFile = (to: string, { columns }: Table): TableWriter => {
  const part = partOf(to)
  const file = openSync(part, "w")
  let waiting = `${csvHeader(columns)}\r\n`
  let rows = 0
  let bytes = 0
  const flush = (): void => {
    const chunk = Buffer.from(waiting)
    for (let written = 0; written < chunk.length;) written += writeSync(file, chunk, written)
    bytes += chunk.length
    waiting = ""
  }
  return {
    add: (row) => {
      rows += 1
      waiting += `${csvLine(columns, row)}\r\n`
      if (waiting.length >= atOnce) flush()
    },
    finish: async () => {
      flush()
      fsyncSync(file)
      closeSync(file)
      renameSync(part, to)
      return { rows, bytes }
    },
    giveUp: () => {
      closeSync(file)
      rmSync(part, { force: true })
    },
  }
}

const csvOnStdout = ({ columns }: Table): TableWriter => {
  let waiting = [`${csvHeader(columns)}\r`]
  let rows = 0
  const flush = async (): Promise<void> => {
    await writeData(waiting)
    waiting = []
  }
  return {
    add: async (row) => {
      rows += 1
      waiting.push(`${csvLine(columns, row)}\r`)
      if (waiting.length >= 500) await flush()
    },
    finish: async () => {
      await flush()
      return { rows }
    },
    giveUp: () => {},
  }
}
