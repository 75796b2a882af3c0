/** The options of the sink in a configuration. */
import { PositiveDuration, ReferencedText } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  defaultSchema,
  defaultUrl,
  defaultUser,
  type PostgresConnectionOptions,
  type PostgresTableOptions,
  type PostgresTls,
} from "./PostgresOptions.ts"
import { type PostgresProblem, postgresProblems } from "./postgresProblems.ts"

/** A configuration that was read, its keys as written: {@link postgresOptions} makes the options of the sink of it. */
export interface PostgresConfig {
  readonly url?: string
  readonly user?: string
  readonly password?: Redacted.Redacted<string>
  readonly encrypted?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
  readonly allow_insecure?: boolean
  readonly client_name?: string
  readonly timeout?: Duration.Duration
  readonly schema?: string
  readonly latest?: boolean
  readonly stale_after?: Duration.Duration
}

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)
const text = (description: string) => optional(Schema.String.annotate({ description }))
const flag = (description: string) => optional(Schema.Boolean.annotate({ description }))
const time = (description: string) => optional(PositiveDuration.annotate({ description }))
const secret = (description: string) => optional(Schema.RedactedFromValue(Schema.String.annotate({ description })))
const certificates = (description: string) => optional(ReferencedText.annotate({ description }))

/** The schema of {@link PostgresConfig}. */
export const PostgresConfig: Schema.Decoder<PostgresConfig> = Schema.Struct({
  url: text(`postgres://host:5432/database. Default ${defaultUrl}.`),
  user: text(`The user of the database. Default ${defaultUser}.`),
  password: secret("The password: { file: path } or { env: NAME }."),
  encrypted: flag("Whether the connection is encrypted (TLS). Default: true, except to this machine."),
  ca: certificates("Certificates (PEM) to trust instead of the well-known ones: { file: path } or the text."),
  cert: certificates("The certificate (PEM) of this client."),
  key: secret("The key (PEM) of cert."),
  allow_insecure: flag("Allow encrypted: false to other machines. Default false."),
  client_name: text("How the server lists the connection. Default boltodds."),
  timeout: time("How long an answer of the server may take. Default 30s."),
  schema: text(`The schema of the tables, which the sink makes. Default ${defaultSchema}.`),
  latest: flag("Whether the latest records and the view live_lines are kept. Default: true with changes."),
  stale_after: time("After this time without a record no line of live_lines is live. Default 25s."),
})

/**
 * The mistakes in options as a configuration has them, all at once, each at its place. A value that is not of its type, or
 * `undefined`, is taken for one that is reported already. `emit` is the emit of the sink.
 */
export const postgresConfigProblems = (
  written: { readonly [key: string]: unknown },
  emit?: string,
): ReadonlyArray<PostgresProblem> =>
  postgresProblems({
    url: textAt(written, "url"),
    encrypted: flagAt(written, "encrypted"),
    allowInsecure: written["allow_insecure"] === true,
    hasCa: "ca" in written,
    hasCert: "cert" in written,
    hasKey: "key" in written,
    schema: textAt(written, "schema"),
    emit,
    latest: flagAt(written, "latest"),
  })

const textAt = (written: { readonly [key: string]: unknown }, key: string): string | undefined => {
  const value = written[key]
  return typeof value === "string" ? value : undefined
}

const flagAt = (written: { readonly [key: string]: unknown }, key: string): boolean | undefined => {
  const value = written[key]
  return typeof value === "boolean" ? value : undefined
}

/** The options of the sink, of those of a configuration. */
export const postgresOptions = (config: PostgresConfig): PostgresConnectionOptions & PostgresTableOptions => {
  const { url, user, password, encrypted, timeout, schema, latest } = config
  return given({
    url,
    user,
    password,
    encrypted,
    tls: tlsOf(config),
    allowInsecure: config.allow_insecure,
    clientName: config.client_name,
    timeout,
    schema,
    latest,
    staleAfter: config.stale_after,
  })
}

const tlsOf = ({ ca, cert, key }: PostgresConfig): PostgresTls | undefined =>
  ca === undefined && cert === undefined && key === undefined ? undefined : given({ ca, cert, key })

/** The members that are not undefined. */
const given = <A extends object>(members: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
