/** A connection that does not give up: Redis restarts, and so does what is between. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { Redis } from "ioredis"
import { RedisError } from "../RedisError.ts"
import {
  defaultStream,
  defaultUrl,
  type RedisConnectionOptions,
  type RedisStreamOptions,
  type StreamSettings,
} from "../RedisOptions.ts"
import { addressOf, redisProblems } from "../redisProblems.ts"
import { Link } from "./Link.ts"

const defaultTimeoutMillis = 5_000
const defaultAgeMillis = 3_600_000
const defaultRecords = 100_000
/** A server that no longer answers must not keep the process, nor hold up a new connection. */
const closeMillis = 100
const waitMillis = 500

/** The settings of a stream. Throws a {@link RedisError} for those that no stream can have. */
export const settingsOf = (options: RedisStreamOptions): StreamSettings => {
  const { stream = defaultStream, latest = true, partitions = 0, emit = "", maxAge, maxRecords = defaultRecords } =
    options
  const [found] = redisProblems({ ...nothing, stream, partitions })
  if (found !== undefined) {
    throw new RedisError("options", `Cannot use ${found.path.join(".")}: ${found.message}. Instead, ${found.remedy}.`)
  }
  return {
    stream,
    latest,
    partitions,
    emit,
    maxAgeMillis: maxAge === undefined ? defaultAgeMillis : Math.ceil(Duration.toMillis(maxAge)),
    maxRecords,
  }
}

const nothing: Parameters<typeof redisProblems>[0] = {
  url: undefined,
  allowInsecure: false,
  hasUser: false,
  hasPassword: false,
  hasCert: false,
  hasKey: false,
  stream: undefined,
  partitions: undefined,
}

/**
 * Connects, once or not at all; closes with the scope. After that it reconnects by itself, for ever. A command may take
 * `moreMillis` longer than the options say.
 */
export const connectRedis = (
  options: RedisConnectionOptions,
  moreMillis: number = 0,
): Effect.Effect<Link, RedisError, Scope> => {
  const { url = defaultUrl, user, password, tls, allowInsecure, clientName = "boltodds", timeout } = options
  const problems = redisProblems({
    ...nothing,
    url,
    allowInsecure: allowInsecure === true,
    hasUser: user !== undefined,
    hasPassword: password !== undefined,
    hasCert: tls?.cert !== undefined,
    hasKey: tls?.key !== undefined,
  })
  if (problems.length > 0) {
    const text = problems.map(({ message, remedy }) => `${message}: ${remedy}`).join("; ")
    return Effect.fail(new RedisError("options", `Cannot connect to Redis. ${text}.`))
  }
  const { protocol, hostname, port, pathname } = addressOf(url)!
  const timeoutMillis = timeout === undefined ? defaultTimeoutMillis : Duration.toMillis(timeout)
  const make = () =>
    new Redis({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? 6379 : Number(port),
      db: Number(pathname.slice(1)),
      ...user === undefined ? {} : { username: user },
      ...password === undefined ? {} : { password: Redacted.value(password) },
      ...protocol === "rediss:" ? { tls: tlsOf(tls) } : {},
      protocol: 2,
      connectionName: clientName,
      connectTimeout: timeoutMillis,
      commandTimeout: timeoutMillis + moreMillis,
      disconnectTimeout: closeMillis,
      retryStrategy: (times) => Math.min(times * 50, waitMillis),
      // What is sent again must begin where the stream ends: nothing is sent again by the client.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      lazyConnect: true,
    })
  return Effect.acquireRelease(
    Effect.tryPromise({ try: () => connect(make()), catch: (cause) => connectError(url, cause) }),
    ({ client }) => Effect.sync(() => client.disconnect()),
  ).pipe(Effect.map(({ link }) => link))
}

const connect = async (client: Redis): Promise<{ readonly client: Redis; readonly link: Link }> => {
  // The client tries for ever; here, only the first time counts, and why it failed.
  let why: unknown
  const onError = (error: unknown): void => {
    why ??= error
  }
  client.on("error", onError)
  try {
    await client.connect()
  } catch (cause) {
    client.disconnect()
    throw why ?? cause
  }
  client.off("error", onError)
  // While it reconnects: what is asked for meanwhile fails, and says so.
  client.on("error", ignoreError)
  return { client, link: new Link(client) }
}

const ignoreError = (): void => {}

const tlsOf = ({ ca, cert, key }: NonNullable<RedisConnectionOptions["tls"]> = {}) => ({
  // No variable of the environment can turn this off.
  rejectUnauthorized: true,
  ...ca === undefined ? {} : { ca },
  ...cert === undefined ? {} : { cert },
  ...key === undefined ? {} : { key: Redacted.value(key) },
})

/** Without the error of the client: it holds the command, and so the password. */
const connectError = (url: string, cause: unknown): RedisError => {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/^(?:NOAUTH|WRONGPASS|NOPERM)\b|^ERR (?:Client sent AUTH|AUTH)/.test(text)) {
    return new RedisError(
      "refused",
      `Redis at ${url} refuses the connection: ${text}. Check user and password.`,
    )
  }
  const why = /ECONNREFUSED/.test(text) ? "connection refused" : text
  return new RedisError(
    "unreachable",
    `Cannot connect to Redis at ${url}: ${why}. Start the server, or check its address and whether it speaks TLS.`,
  )
}
