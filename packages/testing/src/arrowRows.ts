/** The rows of a Parquet file by arrow-rs, a reader that shares no code with the others. */
import type { Column } from "@boltodds/tables"
import { tableFromIPC } from "apache-arrow"
import { readFileSync } from "node:fs"
import { readParquet } from "parquet-wasm/node"
import type { ReadCell } from "./rowTexts.ts"

/** In their order, times in microseconds. */
export const arrowRows = (path: string, columns: ReadonlyArray<Column>): ReadonlyArray<ReadonlyArray<ReadCell>> => {
  const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream())
  const vectors = columns.map(({ name, type }) => ({ vector: table.getChild(name)!, isTime: type === "time" }))
  return Array.from({ length: table.numRows }, (_, index) =>
    vectors.map(({ vector, isTime }): ReadCell => {
      const cell: unknown = vector.get(index)
      if (cell === null) return null
      // Arrow's own times are in milliseconds, with a fraction.
      return isTime ? Math.round(Number(cell) * 1000) : cell as ReadCell
    }))
}
