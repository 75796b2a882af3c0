/** The options of the sink in a configuration. */
import { ByteSize, DurationText, PositiveDuration, ReferencedText } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  defaultServer,
  type NatsAuth,
  type NatsConnectionOptions,
  type NatsStreamOptions,
  type NatsTls,
} from "./NatsOptions.ts"
import { type NatsProblem, natsProblems } from "./natsProblems.ts"

/** A configuration that was read, its keys as written: {@link natsOptions} makes the options of the sink of it. */
export interface NatsConfig {
  readonly servers?: string | ReadonlyArray<string>
  readonly credentials?: Redacted.Redacted<string>
  readonly token?: Redacted.Redacted<string>
  readonly user?: string
  readonly password?: Redacted.Redacted<string>
  readonly ca?: string
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
  readonly allow_insecure?: boolean
  readonly client_name?: string
  readonly timeout?: Duration.Duration
  readonly name?: string
  readonly log_stream?: string
  readonly latest_stream?: string
  readonly latest?: boolean
  readonly create?: boolean
  readonly max_age?: Duration.Duration
  readonly max_bytes?: number
  readonly storage?: "file" | "memory"
  readonly replicas?: number
  readonly duplicate_window?: Duration.Duration
  readonly latest_per_subject?: number
  readonly purge_closed_after?: Duration.Duration
}

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)
const text = (description: string) => optional(Schema.String.annotate({ description }))
const flag = (description: string) => optional(Schema.Boolean.annotate({ description }))
const time = (description: string) => optional(PositiveDuration.annotate({ description }))
const secret = (description: string) => optional(Schema.RedactedFromValue(Schema.String.annotate({ description })))
const certificates = (description: string) => optional(ReferencedText.annotate({ description }))
const count = (most: number, description: string) =>
  optional(
    Schema.Int.check(
      Schema.isBetween({ minimum: 1, maximum: most }, { expected: `a whole number from 1 to ${most}` }),
    ).annotate({ description }),
  )

/** The schema of {@link NatsConfig}. */
export const NatsConfig: Schema.Decoder<NatsConfig> = Schema.Struct({
  servers: optional(
    Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
      description: `tls://host:4222, or a list of the servers of a cluster. Default ${defaultServer}.`,
    }),
  ),
  credentials: secret("A JWT and its key, as NATS gives them to a user: { file: path }."),
  token: secret("A token, in place of credentials."),
  user: text("A user, in place of credentials."),
  password: secret("The password of user."),
  ca: certificates("Certificates (PEM) to trust instead of the well-known ones: { file: path } or the text."),
  cert: certificates("The certificate (PEM) of this client."),
  key: secret("The key (PEM) of cert."),
  allow_insecure: flag("Allow nats:// to other machines. Default false."),
  client_name: text("How servers list the connection. Default boltodds."),
  timeout: time("How long an answer of a server may take. Default 5s."),
  name: text("The name of the feed: the beginning of subjects. Default boltodds."),
  log_stream: text("The stream with each record. Default NAME_log."),
  latest_stream: text("The stream with the latest record of each line. Default NAME_latest."),
  latest: flag("Whether the latest records are kept, for readers that join at any time. Default: true with changes."),
  create: flag("Make streams that are missing. Default true."),
  max_age: time("How long the log keeps a record. Default 48h."),
  max_bytes: optional(
    ByteSize.annotate({ description: "The largest log: the oldest records are removed. Default: no limit." }),
  ),
  storage: optional(
    Schema.Literals(["file", "memory"]).annotate({ description: "Where new streams are kept. Default file." }),
  ),
  replicas: count(5, "On how many servers of a cluster new streams are kept. Default 1."),
  duplicate_window: time("How long a server recognizes a record that is sent again. Default 2m."),
  latest_per_subject: count(64, "How many records of a line are kept as the latest. Default 1."),
  purge_closed_after: optional(
    DurationText.annotate({ description: "When the lines of a closed game leave the latest records. Default 5m." }),
  ),
})

/**
 * The mistakes in options as a configuration has them, all at once, each at its place. A value
 * that is not of its type, or `undefined`, is taken for one that is reported already. `emit` is the emit of the sink.
 */
export const natsConfigProblems = (
  written: { readonly [key: string]: unknown },
  emit?: string,
): ReadonlyArray<NatsProblem> => {
  const { servers } = written
  const isList = Array.isArray(servers) && servers.every((server) => typeof server === "string")
  return [
    ...natsProblems({
      servers: typeof servers === "string" || isList ? servers as string | ReadonlyArray<string> : undefined,
      allowInsecure: written["allow_insecure"] === true,
      credentials: ["credentials", "token", "user"].filter((key) => key in written),
      credentialsText: textAt(written, "credentials"),
      hasPassword: "password" in written,
      hasCert: "cert" in written,
      hasKey: "key" in written,
      names: Object.fromEntries(
        ["name", "log_stream", "latest_stream"].map((key) => [key, textAt(written, key)]),
      ),
    }),
    ...written["latest"] === true && emit !== undefined && emit !== "changes"
      ? [{
        path: ["latest"],
        message: `the latest records of ${emit} are not a book: latest needs emit: changes`,
        remedy: "leave it out, or write `emit: changes`",
      }]
      : [],
  ]
}

const textAt = (written: { readonly [key: string]: unknown }, key: string): string | undefined => {
  const value = written[key]
  return typeof value === "string" ? value : undefined
}

/** The options of the sink, of those of a configuration. */
export const natsOptions = (config: NatsConfig): NatsConnectionOptions & NatsStreamOptions & PurgeOptions => {
  const { servers, timeout, name, latest, create, storage, replicas } = config
  return given({
    servers,
    auth: authOf(config),
    tls: tlsOf(config),
    allowInsecure: config.allow_insecure,
    clientName: config.client_name,
    timeout,
    name,
    logStream: config.log_stream,
    latestStream: config.latest_stream,
    latest,
    create,
    maxAge: config.max_age,
    maxBytes: config.max_bytes,
    storage,
    replicas,
    duplicateWindow: config.duplicate_window,
    latestPerSubject: config.latest_per_subject,
    purgeClosedAfter: config.purge_closed_after,
  })
}

interface PurgeOptions {
  readonly purgeClosedAfter?: Duration.Duration
}

const authOf = ({ credentials, token, user, password }: NatsConfig): NatsAuth | undefined => {
  if (credentials !== undefined) return { credentials }
  if (token !== undefined) return { token }
  return user === undefined || password === undefined ? undefined : { user, password }
}

const tlsOf = ({ ca, cert, key }: NatsConfig): NatsTls | undefined =>
  ca === undefined && cert === undefined && key === undefined ? undefined : given({ ca, cert, key })

/** The members that are not undefined. */
const given = <A extends object>(members: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
