/** From a journal to a Parquet file. */
import { tableOf } from "@boltodds/tables"
import { LineSplitter } from "@boltodds/text"
import { closeSync, openSync, readSync, rmSync } from "node:fs"
import { ParquetFile } from "../ParquetFile.ts"

/** What is to be converted. */
export interface ConvertTask {
  readonly journal: string
  /** The file to make. It must not exist. */
  readonly parquet: string
  readonly emit: string
  readonly mode: number | undefined
}

/** What a conversion gave. */
export interface Converted {
  readonly rows: number
  readonly bytes: number
  /** Lines that are no JSON: they are left out. */
  readonly unreadable: number
}

const chunkBytes = 1024 * 1024

/** Writes the file, forced to the disk. Synchronous: it is called in a thread of its own. */
export const convert = ({ journal, parquet, emit, mode }: ConvertTask): Converted => {
  const table = tableOf(emit)
  if (table === undefined) throw new Error(`${emit} has no columns`)
  const file = new ParquetFile(parquet, table, mode)
  try {
    let unreadable = 0
    for (const line of linesOf(journal)) {
      if (line === "") continue
      const record = parse(line)
      if (record === undefined) {
        unreadable += 1
        continue
      }
      const row = table.rowOf(record)
      if (row !== undefined) file.add(row)
    }
    return { ...file.finish(), unreadable }
  } catch (cause) {
    rmSync(parquet, { force: true })
    throw cause
  }
}

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, "r")
  try {
    const splitter = new LineSplitter()
    const chunk = Buffer.alloc(chunkBytes)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      yield* splitter.push(chunk.subarray(0, read))
    }
    const last = splitter.end()
    if (last !== undefined) yield last
  } finally {
    closeSync(file)
  }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // Counted: a journal holds only lines that were acknowledged whole.
    return undefined
  }
}
