export type { Cell, Column, ColumnType } from "./Column.ts"
export { csvHeader, csvLine, type CsvOptions, isoTime } from "./csv.ts"
export type { Row, RowStamp, Table } from "./Table.ts"
export { emitOfRecord, tableOf, tables } from "./tables.ts"
