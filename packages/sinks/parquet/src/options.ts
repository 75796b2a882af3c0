/** The options, without the writer of Parquet. */
export { journalPathOf, ParquetOptions, type ParquetOptionsText, parquetPathProblem } from "./ParquetOptions.ts"
