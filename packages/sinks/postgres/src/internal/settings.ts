/** The options of a sink, complete. */
import { type Table, tableOf } from "@boltodds/tables"
import { isLoopbackHost } from "@boltodds/text"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { PostgresError } from "../PostgresError.ts"
import {
  defaultSchema,
  defaultUrl,
  defaultUser,
  type PostgresConnectionOptions,
  type PostgresTableOptions,
} from "../PostgresOptions.ts"
import { addressOf, postgresProblems } from "../postgresProblems.ts"

/** What is kept, and where. */
export interface Settings {
  readonly table: Table
  readonly schema: string
  readonly latest: boolean
  readonly staleMillis: number
}

/** How the server is reached. */
export interface Address {
  /** For messages: without user and password. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly ssl: false | {
    readonly rejectUnauthorized: true
    readonly servername?: string
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
  }
  readonly clientName: string
  readonly timeoutMillis: number
}

const defaultStaleMillis = 25_000
const defaultTimeoutMillis = 30_000

/** Completes options. Throws a {@link PostgresError} for those that are not valid. */
export const settingsOf = (
  options: PostgresConnectionOptions & PostgresTableOptions,
): { readonly settings: Settings; readonly address: Address } => {
  const { url = defaultUrl, emit = "changes", schema = defaultSchema, latest, tls, encrypted } = options
  const problems = postgresProblems({
    url,
    encrypted,
    allowInsecure: options.allowInsecure === true,
    hasCa: tls?.ca !== undefined,
    hasCert: tls?.cert !== undefined,
    hasKey: tls?.key !== undefined,
    schema,
    emit,
    latest,
  })
  if (problems.length > 0) {
    const text = problems.map(({ message, remedy }) => `${message}: ${remedy}`).join("; ")
    throw new PostgresError("options", `Cannot use PostgreSQL. ${text}.`)
  }
  return {
    settings: {
      table: tableOf(emit)!,
      schema,
      latest: latest ?? emit === "changes",
      staleMillis: millisOf(options.staleAfter) ?? defaultStaleMillis,
    },
    address: addressFrom(url, options),
  }
}

const addressFrom = (url: string, options: PostgresConnectionOptions): Address => {
  const { hostname, port, pathname, host } = addressOf(url)!
  const { user = defaultUser, password, encrypted, tls, clientName = "boltodds", timeout } = options
  const name = hostname.replace(/^\[(.*)\]$/, "$1")
  const isEncrypted = encrypted ?? (tls !== undefined || !isLoopbackHost(hostname))
  return {
    name: `${host}${pathname}`,
    host: name,
    port: port === "" ? 5432 : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user,
    password: password === undefined ? undefined : Redacted.value(password),
    // No variable of the environment can turn this off.
    ssl: isEncrypted ? sslOf(name, tls) : false,
    clientName,
    timeoutMillis: millisOf(timeout) ?? defaultTimeoutMillis,
  }
}

const sslOf = (host: string, { ca, cert, key }: NonNullable<PostgresConnectionOptions["tls"]> = {}) => ({
  rejectUnauthorized: true as const,
  ...isAddress(host) ? {} : { servername: host },
  ...ca === undefined ? {} : { ca },
  ...cert === undefined ? {} : { cert },
  ...key === undefined ? {} : { key: Redacted.value(key) },
})

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host)

const millisOf = (duration: Duration.Duration | undefined): number | undefined =>
  duration === undefined ? undefined : Math.ceil(Duration.toMillis(duration))
