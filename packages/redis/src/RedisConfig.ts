/** The options of the sink in a configuration. */
import { PositiveDuration, ReferencedText } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  defaultUrl,
  mostPartitions,
  type RedisConnectionOptions,
  type RedisStreamOptions,
  type RedisTls,
} from "./RedisOptions.ts"
import { type RedisProblem, redisProblems } from "./redisProblems.ts"

/** How a stream is reached, as a configuration says it: {@link redisFeedOptions} makes options of it. */
export interface RedisFeedConfig {
  readonly url?: string
  readonly user?: string
  readonly password?: Redacted.Redacted<string>
  readonly ca?: string
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
  readonly allow_insecure?: boolean
  readonly client_name?: string
  readonly timeout?: Duration.Duration
  readonly stream?: string
}

/** A configuration that was read, its keys as written: {@link redisOptions} makes the options of the sink of it. */
export interface RedisConfig extends RedisFeedConfig {
  readonly latest?: boolean
  readonly partitions?: number
  readonly max_age?: Duration.Duration
  readonly max_records?: number
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

/** The fields of {@link RedisFeedConfig}. */
export const feedFields = {
  url: text(`rediss://host:6379, with /2 for the database 2. Default ${defaultUrl}.`),
  user: text("A user of the server. Default: the user default of Redis."),
  password: secret("The password: { file: path } or { env: NAME }."),
  ca: certificates("Certificates (PEM) to trust instead of the well-known ones: { file: path } or the text."),
  cert: certificates("The certificate (PEM) of this client."),
  key: secret("The key (PEM) of cert."),
  allow_insecure: flag("Allow redis:// to other machines. Default false."),
  client_name: text("How the server lists the connection. Default boltodds."),
  timeout: time("How long an answer of the server may take. Default 5s."),
  stream: text("The key of the log: the beginning of all keys. Default boltodds."),
}

/** The schema of {@link RedisConfig}. */
export const RedisConfig: Schema.Decoder<RedisConfig> = Schema.Struct({
  ...feedFields,
  latest: flag("Whether the latest records are kept, for readers that join at any time. Default: true with changes."),
  partitions: count(
    mostPartitions,
    "Streams that each have some of the games, for readers that share the work. Default: none.",
  ),
  max_age: time("How long the log keeps a record. Default 1h."),
  max_records: count(1_000_000_000, "How many records the log keeps: 100,000 take about 80 MB. Default 100,000."),
})

/**
 * The mistakes in options as a configuration has them, all at once, each at its place. A value
 * that is not of its type, or `undefined`, is taken for one that is reported already. `emit` is the emit of the sink.
 */
export const redisConfigProblems = (
  written: { readonly [key: string]: unknown },
  emit?: string,
): ReadonlyArray<RedisProblem> => [
  ...redisProblems({
    url: textAt(written, "url"),
    allowInsecure: written["allow_insecure"] === true,
    hasUser: "user" in written,
    hasPassword: "password" in written,
    hasCert: "cert" in written,
    hasKey: "key" in written,
    stream: textAt(written, "stream"),
    partitions: undefined,
  }),
  ...emit === undefined || emit === "changes" ? [] : [
    ...written["latest"] === true ? [needsChanges("latest", `the latest records of ${emit} are not a book`)] : [],
    ...written["partitions"] === undefined
      ? []
      : [needsChanges("partitions", `records of ${emit} do not all name a game`)],
  ],
]

const needsChanges = (key: string, why: string): RedisProblem => ({
  path: [key],
  message: `${why}: ${key} needs emit: changes`,
  remedy: "leave it out, or write `emit: changes`",
})

const textAt = (written: { readonly [key: string]: unknown }, key: string): string | undefined => {
  const value = written[key]
  return typeof value === "string" ? value : undefined
}

/** The options of the sink, of those of a configuration. */
export const redisOptions = (config: RedisConfig): RedisConnectionOptions & RedisStreamOptions => {
  const { latest, partitions } = config
  return given({
    ...redisFeedOptions(config),
    latest,
    partitions,
    maxAge: config.max_age,
    maxRecords: config.max_records,
  })
}

/** The options that a sink and a reader have both, of those of a configuration. */
export const redisFeedOptions = (
  config: RedisFeedConfig,
): RedisConnectionOptions & Pick<RedisStreamOptions, "stream"> => {
  const { url, user, password, timeout, stream } = config
  return given({
    url,
    user,
    password,
    tls: tlsOf(config),
    allowInsecure: config.allow_insecure,
    clientName: config.client_name,
    timeout,
    stream,
  })
}

const tlsOf = ({ ca, cert, key }: RedisFeedConfig): RedisTls | undefined =>
  ca === undefined && cert === undefined && key === undefined ? undefined : given({ ca, cert, key })

/** The members that are not undefined. */
export const given = <A extends object>(members: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
