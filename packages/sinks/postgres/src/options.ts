/** The options of a configuration, without the client of PostgreSQL. */
export { PostgresConfig, postgresConfigProblems, postgresOptions } from "./PostgresConfig.ts"
export type { PostgresConnectionOptions, PostgresTableOptions, PostgresTls } from "./PostgresOptions.ts"
export { postgresHost, type PostgresProblem } from "./postgresProblems.ts"
