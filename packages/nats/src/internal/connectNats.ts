/** A connection that does not give up: NATS restarts, and so does what is between. */
import { credsAuthenticator, errors, type NatsConnection } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { NatsError } from "../NatsError.ts"
import { defaultServer, type NatsConnectionOptions, type NatsStreamOptions } from "../NatsOptions.ts"
import { natsProblems } from "../natsProblems.ts"
import { Link } from "./Link.ts"

const defaultTimeoutMillis = 5_000
const pingMillis = 10_000
/** Two pings without an answer end a connection. */
const pingsOut = 2
const waitMillis = 500
const closeMillis = 2_000

/** How long an answer may take, in milliseconds. */
export const timeoutOf = ({ timeout }: NatsConnectionOptions): number =>
  timeout === undefined ? defaultTimeoutMillis : Duration.toMillis(timeout)

/** Connects, once or not at all; closes with the scope. After that it reconnects by itself, for ever. */
export const connectNats = (options: NatsConnectionOptions): Effect.Effect<Link, NatsError, Scope> => {
  const { servers = defaultServer, auth, tls, clientName = "boltodds" } = options
  const list = typeof servers === "string" ? [servers] : [...servers]
  const problems = natsProblems(checkable(options))
  if (problems.length > 0) {
    const text = problems.map(({ message, remedy }) => `${message}: ${remedy}`).join("; ")
    return Effect.fail(new NatsError("options", `Cannot connect to NATS. ${text}.`))
  }
  const connected = Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        connect({
          servers: list,
          name: clientName,
          timeout: timeoutOf(options),
          maxReconnectAttempts: -1,
          reconnectTimeWait: waitMillis,
          pingInterval: pingMillis,
          maxPingOut: pingsOut,
          ignoreAuthErrorAbort: true,
          // Only the hosts that the options name are contacted.
          ignoreClusterUpdates: true,
          ...authOf(auth),
          // With `tls` the client refuses a server without it: nothing is sent in plain text.
          ...tls !== undefined || list.some((server) => server.startsWith("tls://")) ? { tls: tlsOf(tls) } : {},
        }),
      catch: (cause) => connectError(list, cause),
    }),
    (connection) => Effect.promise(() => close(connection)),
  )
  return Effect.map(connected, (connection) => new Link(connection))
}

const checkable = (
  { servers, auth, tls, allowInsecure }: NatsConnectionOptions,
): Parameters<typeof natsProblems>[0] => ({
  servers,
  allowInsecure: allowInsecure === true,
  credentials: auth === undefined ? [] : Object.keys(auth).filter((key) => key !== "password"),
  credentialsText: auth !== undefined && "credentials" in auth ? Redacted.value(auth.credentials) : undefined,
  hasPassword: auth !== undefined && "password" in auth,
  hasCert: tls?.cert !== undefined,
  hasKey: tls?.key !== undefined,
  names: {},
})

/** Throws a {@link NatsError} for names that streams cannot have. */
export const checkNames = ({ name, logStream, latestStream }: NatsStreamOptions): void => {
  const [found] = natsProblems({
    servers: undefined,
    allowInsecure: false,
    credentials: [],
    credentialsText: undefined,
    hasPassword: false,
    hasCert: false,
    hasKey: false,
    names: { name, logStream, latestStream },
  })
  if (found !== undefined) {
    throw new NatsError("options", `Cannot use ${found.path.join(".")}: ${found.message}. Instead, ${found.remedy}.`)
  }
}

const authOf = (auth: NatsConnectionOptions["auth"]) => {
  if (auth === undefined) return {}
  if ("token" in auth) return { token: Redacted.value(auth.token) }
  if ("user" in auth) return { user: auth.user, pass: Redacted.value(auth.password) }
  return { authenticator: credsAuthenticator(new TextEncoder().encode(Redacted.value(auth.credentials))) }
}

const tlsOf = ({ ca, cert, key }: NonNullable<NatsConnectionOptions["tls"]> = {}) => ({
  ...ca === undefined ? {} : { ca },
  ...cert === undefined ? {} : { cert },
  ...key === undefined ? {} : { key: Redacted.value(key) },
})

/** A server that no longer answers must not keep the process. */
const close = async (connection: NatsConnection): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closeMillis)
  })
  await Promise.race([connection.flush().catch(ignoreClosed), late])
  clearTimeout(timer)
  await connection.close()
}

/** What was to be flushed is counted by the lane: nothing was acknowledged. */
const ignoreClosed = (): void => {}

const connectError = (servers: ReadonlyArray<string>, cause: unknown): NatsError => {
  const at = servers.join(", ")
  const why = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    return new NatsError(
      "refused",
      `NATS at ${at} refuses the connection: ${why}. Check the credentials, the token, or user and password.`,
      { cause },
    )
  }
  return new NatsError(
    "unreachable",
    `Cannot connect to NATS at ${at}: ${why}. Start the server, or check its address and whether it speaks TLS.`,
    { cause },
  )
}
