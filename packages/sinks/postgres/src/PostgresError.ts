/** What can go wrong between this process and PostgreSQL. */

/** A database could not be used, or not as asked; `reason` says why. */
export class PostgresError extends Error {
  readonly _tag = "PostgresError"
  /** What kind of failure it is. */
  readonly reason: PostgresErrorReason

  constructor(reason: PostgresErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "PostgresError"
    this.reason = reason
  }
}

/**
 * The kinds of a {@link PostgresError}.
 *
 * `options`: the options are not valid · `unreachable`: no server answers, or the connection was lost · `refused`: the server
 * does not accept the user, or does not permit what was asked · `missing`: the database does not exist · `schema`: a table of
 * another program or of a newer version is there · `full`: the server has no room · `rejected`: the server cannot take a
 * record, such as a text with NUL · `server`: the server failed otherwise · `lost`: records that were acknowledged are gone ·
 * `fenced`: another process writes to the table.
 */
export type PostgresErrorReason =
  | "options"
  | "unreachable"
  | "refused"
  | "missing"
  | "schema"
  | "full"
  | "rejected"
  | "server"
  | "lost"
  | "fenced"
