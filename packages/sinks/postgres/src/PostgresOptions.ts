/** How PostgreSQL is reached, and what is kept there. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/** How to reach the database, and with which credentials. */
export interface PostgresConnectionOptions {
  /** `postgres://host:5432/database`. Default `postgres://127.0.0.1:5432/boltodds`. */
  readonly url?: string
  /** The user of the database. Default `boltodds`. */
  readonly user?: string
  /** The password of the user. Default: none. */
  readonly password?: Redacted.Redacted<string>
  /** Whether the connection is encrypted. Default: true, except to this machine. */
  readonly encrypted?: boolean
  /** Certificates and keys. Default: the well-known authorities, and no certificate of its own. */
  readonly tls?: PostgresTls
  /** Allows `encrypted: false` to other machines: records and passwords can be read on the way. Default false. */
  readonly allowInsecure?: boolean
  /** How the server lists this connection. Default `boltodds`. */
  readonly clientName?: string
  /** How long an answer of the server may take. Default 30 s. */
  readonly timeout?: Duration.Duration
}

/** Certificates, all as PEM. */
export interface PostgresTls {
  /** Certificates of authorities to trust instead of the well-known ones. */
  readonly ca?: string
  /** The certificate of this client, and its key. */
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
}

/** What is kept. */
export interface PostgresTableOptions {
  /** The emit of the records: the name of their table. Default `changes`. */
  readonly emit?: string
  /** The schema of the tables, which the sink makes. Small letters, digits and `_`. Default `boltodds`. */
  readonly schema?: string
  /** Whether the tables of the latest records are kept too; needs `emit: changes`. Default: true with it. */
  readonly latest?: boolean
  /** After this time without a record no line is live: a pipeline sends heartbeats every 10 s. Default 25 s. */
  readonly staleAfter?: Duration.Duration
}

/** The server and the database where none is named. */
export const defaultUrl = "postgres://127.0.0.1:5432/boltodds"
/** The user where none is named. */
export const defaultUser = "boltodds"
/** The schema where none is named. */
export const defaultSchema = "boltodds"
/** Names that need no quotes. */
export const schemaPattern = /^[a-z_][a-z0-9_]{0,47}$/
