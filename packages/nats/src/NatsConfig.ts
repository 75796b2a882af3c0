/** The options of the sink in a configuration. */
import { ByteSize, DurationText, PositiveDuration, ReferencedText } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  defaultServer,
  type NatsAuth,
  type NatsConnectionOptions,
  type NatsStreamOptions,
  type NatsTls,
} from "./NatsOptions.ts"
import { leaseProblem, type NatsLeaseOptions } from "./lease/NatsLeaseOptions.ts"
import { type NatsProblem, natsProblems } from "./natsProblems.ts"

/** How NATS is reached, as a configuration says it. */
export interface NatsConnectionConfig {
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
}

/** How the streams of a feed are reached, as a configuration says it: {@link natsFeedOptions} makes options of it. */
export interface NatsFeedConfig extends NatsConnectionConfig {
  readonly name?: string
  readonly log_stream?: string
  readonly latest_stream?: string
}

/** A configuration that was read, its keys as written: {@link natsOptions} makes the options of the sink of it. */
export interface NatsConfig extends NatsFeedConfig {
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

const connectionFields = {
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
}

/** The fields of {@link NatsFeedConfig}. */
export const feedFields = {
  ...connectionFields,
  name: text("The name of the feed: the beginning of subjects. Default boltodds."),
  log_stream: text("The stream with each record. Default NAME_log."),
  latest_stream: text("The stream with the latest record of each line. Default NAME_latest."),
}

/** The schema of {@link NatsConfig}. */
export const NatsConfig: Schema.Decoder<NatsConfig> = Schema.Struct({
  ...feedFields,
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
  return [
    ...connectionProblems(written, ["name", "log_stream", "latest_stream"]),
    ...written["latest"] === true && emit !== undefined && emit !== "changes"
      ? [{
        path: ["latest"],
        message: `the latest records of ${emit} are not a book: latest needs emit: changes`,
        remedy: "leave it out, or write `emit: changes`",
      }]
      : [],
  ]
}

/** Mistakes in how NATS is reached, and in the texts at some keys, which are names of streams and the like. */
const connectionProblems = (
  written: { readonly [key: string]: unknown },
  names: ReadonlyArray<string>,
): ReadonlyArray<NatsProblem> => {
  const { servers } = written
  const isList = Array.isArray(servers) && servers.every((server) => typeof server === "string")
  return natsProblems({
    servers: typeof servers === "string" || isList ? servers as string | ReadonlyArray<string> : undefined,
    allowInsecure: written["allow_insecure"] === true,
    credentials: ["credentials", "token", "user"].filter((key) => key in written),
    credentialsText: textAt(written, "credentials"),
    hasPassword: "password" in written,
    hasCert: "cert" in written,
    hasKey: "key" in written,
    names: Object.fromEntries(names.map((key) => [key, textAt(written, key)])),
  })
}

const textAt = (written: { readonly [key: string]: unknown }, key: string): string | undefined => {
  const value = written[key]
  return typeof value === "string" ? value : undefined
}

/** The options of the sink, of those of a configuration. */
export const natsOptions = (config: NatsConfig): NatsConnectionOptions & NatsStreamOptions & PurgeOptions => {
  const { latest, create, storage, replicas } = config
  return given({
    ...natsFeedOptions(config),
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

/** The options that a sink and a reader have both, of those of a configuration. */
export const natsFeedOptions = (
  config: NatsFeedConfig,
): NatsConnectionOptions & Pick<NatsStreamOptions, "name" | "logStream" | "latestStream"> =>
  given({
    ...connectionOptions(config),
    name: config.name,
    logStream: config.log_stream,
    latestStream: config.latest_stream,
  })

const connectionOptions = (config: NatsConnectionConfig): NatsConnectionOptions =>
  given({
    servers: config.servers,
    auth: authOf(config),
    tls: tlsOf(config),
    allowInsecure: config.allow_insecure,
    clientName: config.client_name,
    timeout: config.timeout,
  })

interface PurgeOptions {
  readonly purgeClosedAfter?: Duration.Duration
}

const authOf = ({ credentials, token, user, password }: NatsConnectionConfig): NatsAuth | undefined => {
  if (credentials !== undefined) return { credentials }
  if (token !== undefined) return { token }
  return user === undefined || password === undefined ? undefined : { user, password }
}

const tlsOf = ({ ca, cert, key }: NatsConnectionConfig): NatsTls | undefined =>
  ca === undefined && cert === undefined && key === undefined ? undefined : given({ ca, cert, key })

/** The members that are not undefined. */
export const given = <A extends object>(members: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never

/** The options of a lease in a configuration, its keys as written: {@link natsLeaseOptions} makes options of it. */
export interface NatsLeaseConfig extends NatsConnectionConfig {
  readonly name?: string
  readonly bucket?: string
  readonly ttl?: Duration.Duration
  readonly renew?: Duration.Duration
  readonly on_lease_unreachable?: "close" | "keep"
  readonly holder?: string
  readonly create?: boolean
  readonly storage?: "file" | "memory"
  readonly replicas?: number
}

/** The schema of {@link NatsLeaseConfig}. */
export const NatsLeaseConfig: Schema.Decoder<NatsLeaseConfig> = Schema.Struct({
  ...connectionFields,
  name: text("The name of the lease: processes with one name contend for it. Default boltodds."),
  bucket: text("The bucket of NATS KV that holds it. Default boltodds_leases."),
  ttl: time("After this time without a renewal another process takes over. At least 1s. Default 10s."),
  renew: time("Between two renewals: at most a third of ttl. Default 2s, or a fifth of a shorter ttl."),
  on_lease_unreachable: optional(
    Schema.Literals(["close", "keep"]).annotate({
      description:
        "What a leader does that cannot reach NATS when its lease ends: close closes its connection to the feed, keep goes " +
        "on until it learns that another process leads. Default close.",
    }),
  ),
  holder: text("How the log of other processes calls this one. Default: the name of the machine and the process."),
  create: flag("Make the bucket where it is missing. Default true."),
  storage: optional(
    Schema.Literals(["file", "memory"]).annotate({ description: "Where a new bucket is kept. Default file." }),
  ),
  replicas: count(5, "On how many servers of a cluster a new bucket is kept. Default 1."),
})

/** The mistakes in the options of a lease, as {@link natsConfigProblems}. */
export const natsLeaseProblems = (written: { readonly [key: string]: unknown }): ReadonlyArray<NatsProblem> => [
  ...connectionProblems(written, ["name", "bucket"]),
  ...timeProblems(written),
]

const timeProblems = (written: { readonly [key: string]: unknown }): ReadonlyArray<NatsProblem> => {
  const [ttlMillis, renewMillis] = [millisAt(written, "ttl"), millisAt(written, "renew")]
  const message = leaseProblem({ ttlMillis, renewMillis })
  if (message === undefined) return []
  const key = written["ttl"] === undefined ? "renew" : "ttl"
  return [{ path: [key], message, remedy: "write a longer ttl, such as 10s, or a shorter renew" }]
}

/** A duration as a configuration writes it; undefined if it is not valid, which its schema reports. */
const millisAt = (written: { readonly [key: string]: unknown }, key: string): number | undefined => {
  const decoded = Schema.decodeUnknownOption(PositiveDuration)(written[key])
  return decoded._tag === "Some" ? Duration.toMillis(decoded.value) : undefined
}

/** The options of a lease, of those of a configuration. */
export const natsLeaseOptions = (config: NatsLeaseConfig): NatsLeaseOptions =>
  given({
    ...connectionOptions(config),
    name: config.name,
    bucket: config.bucket,
    ttl: config.ttl,
    renew: config.renew,
    onUnreachable: config.on_lease_unreachable,
    holder: config.holder,
    create: config.create,
    storage: config.storage,
    replicas: config.replicas,
  })
