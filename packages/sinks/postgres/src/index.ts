export { postgres, type PostgresSinkEvent, type PostgresSinkOptions } from "./postgresSink.ts"
export { PostgresError, type PostgresErrorReason } from "./PostgresError.ts"
export type { PostgresConnectionOptions, PostgresTableOptions, PostgresTls } from "./PostgresOptions.ts"
