export { parquet, type ParquetContext, type ParquetEvent } from "./parquetSink.ts"
export { journalPathOf, ParquetOptions, type ParquetOptionsText, parquetPathProblem } from "./ParquetOptions.ts"
export { ParquetFile, type ParquetSize } from "./ParquetFile.ts"
