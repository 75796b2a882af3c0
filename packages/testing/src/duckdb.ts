/** DuckDB, an independent reader of Parquet, CSV and NDJSON. */
import type { Column } from "@boltodds/tables"
import { type DuckDBConnection, DuckDBInstance, type Json } from "@duckdb/node-api"
import type { ReadCell } from "./rowTexts.ts"

/** A database of its own, in memory. */
export const openDuckdb = async (): Promise<DuckDBConnection> => await (await DuckDBInstance.create()).connect()

let connection: Promise<DuckDBConnection> | undefined | undefined

/** Runs a query; gives its rows, with whole numbers as texts where they are large. */
export const duckdb = async (sql: string): Promise<ReadonlyArray<ReadonlyArray<Json>>> => {
  connection ??= openDuckdb()
  const reader = await (await connection).runAndReadAll(sql)
  return reader.getRowsJson()
}

/** The same, each row by the names of its columns. */
export const duckdbObjects = async (sql: string): Promise<ReadonlyArray<Record<string, Json>>> => {
  connection ??= openDuckdb()
  const reader = await (await connection).runAndReadAll(sql)
  return reader.getRowObjectsJson()
}

/** The rows of a Parquet file in their order, times in microseconds. */
export const duckdbRows = async (
  path: string,
  columns: ReadonlyArray<Column>,
): Promise<ReadonlyArray<ReadonlyArray<ReadCell>>> => {
  const cells = columns.map(({ name, type }) => type === "time" ? `epoch_us(${name})` : name).join(", ")
  const rows = await duckdb(
    `select ${cells} from read_parquet('${path}', file_row_number = true) order by file_row_number`,
  )
  return rows as ReadonlyArray<ReadonlyArray<ReadCell>>
}
