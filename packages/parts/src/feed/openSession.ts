/** Sessions with the feed: their life is logged and their names are checked. */
import type { Log } from "@boltodds/config"
import {
  type Catalog,
  checkNames,
  describeHolder,
  describeStored,
  describeUnknown,
  type Key,
  makeCatalog,
  makeSession,
  renderDiagnosis,
  type Session,
  type SessionOptions,
  type Status,
  UrlRefused,
} from "@boltodds/connection"
import { feedProxy, nodeGet, wsTransport } from "@boltodds/connection/node"
import type { Filters } from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Scope } from "effect/Scope"
import { logStatus } from "./logStatus.ts"
import type { Machine } from "./feedAccess.ts"

/** Where the feed is. */
export interface FeedSettings {
  readonly url: string
  /** Whether ws:// is allowed to other hosts than this machine. */
  readonly insecure: boolean
  readonly key: Key
}

/** What to connect to, and how. */
export interface SessionSettings {
  readonly feed: FeedSettings
  /** How the log calls the feed. */
  readonly host: string
  readonly filters: Filters
  /** Dials in a row without data before the session fails. Default: without end. */
  readonly maxAttempts?: number
  /** Called when the status of a session changes. `feed` is the host, with the name of the session if there are several. */
  readonly onStatus?: (status: Status, feed: string) => void
  /** Default: only the context's limiter is shared. */
  readonly machine?: Machine
}

/** What the sessions of one feed share. */
export interface SharedBySessions {
  readonly options: Omit<SessionOptions, "filters" | "name" | "onStatus"> & { readonly catalog: Catalog }
  /** Logs a status of the session of this name, and reports it. */
  readonly onStatus: (status: Status, name?: string) => void
}

/** Makes what sessions share. The names of the filters are checked in the background, once a session has subscribed. */
export const prepareSessions = (
  { feed, host, filters, maxAttempts, machine, onStatus }: SessionSettings,
  log: Log,
): Effect.Effect<SharedBySessions, UrlRefused, Scope> =>
  Effect.gen(function* () {
    const proxy = feedProxy(feed.url)
    if (proxy !== undefined && "problem" in proxy) {
      return yield* Effect.fail(new UrlRefused(`Cannot reach ${host}: ${proxy.problem}`))
    }
    if (proxy !== undefined) log("info", `${host} is reached through the proxy ${proxy.label} (${proxy.variable})`)
    const catalog = yield* makeCatalog({
      ...feed,
      get: nodeGet,
      ...machine?.store === undefined ? {} : { store: machine.store },
      onStored: (used) => log("warn", `names are checked ${describeStored(used)}`),
    })
    if (machine?.leases !== undefined) yield* logHolders(feed, host, machine.leases, log)
    const subscribed = Deferred.makeUnsafe<void>()
    if (Object.keys(filters).length > 0) {
      const check = Effect.match(checkNames(filters, catalog), {
        onSuccess: ({ unknown }) => unknown.forEach((name) => log("warn", describeUnknown(name))),
        onFailure: ({ message }) => log("info", `the names could not be checked: ${message}`),
      })
      yield* Effect.forkScoped(Effect.andThen(Deferred.await(subscribed), check))
    }
    const loggers = new Map<string, (status: Status) => void>()
    return {
      options: {
        ...feed,
        transport: wsTransport(),
        catalog,
        ...machine?.memory === undefined ? {} : { memory: machine.memory },
        ...machine?.leases === undefined ? {} : { leases: machine.leases },
        ...maxAttempts === undefined ? {} : { maxAttempts },
        onDiagnosis: (diagnosis) => log("warn", renderDiagnosis(diagnosis)),
        onKeyEcho: () =>
          log("warn", `${host} sends the key back in its messages; all output has [redacted] in its place`),
      },
      onStatus: (status, name = "") => {
        const called = name === "" ? host : `${host} (${name})`
        let logger = loggers.get(name)
        if (logger === undefined) loggers.set(name, logger = logStatus(log, called, Date.now))
        logger(status)
        onStatus?.(status, called)
        if (status._tag === "Syncing") Deferred.doneUnsafe(subscribed, Exit.void)
      },
    }
  })

/** Makes a session; it dials when its events are run. */
export const openSession = (settings: SessionSettings, log: Log): Effect.Effect<Session, UrlRefused, Scope> =>
  Effect.flatMap(
    prepareSessions(settings, log),
    ({ options, onStatus }) =>
      makeSession({ ...options, filters: settings.filters, onStatus: (status) => onStatus(status) }),
  )

/** Two processes with one key are often one too many, and neither would notice the other. */
const logHolders = (
  { key }: FeedSettings,
  host: string,
  leases: NonNullable<Machine["leases"]>,
  log: Log,
): Effect.Effect<void> =>
  key.pipe(
    Effect.flatMap((key) => leases.holders({ host, key })),
    Effect.map((holders) => {
      if (holders.length === 0) return
      const names = holders.map(describeHolder).join("; ")
      log("warn", `another process holds this key, and the smaller plans allow one connection: ${names}`)
    }),
    // Without a key the session fails and says so.
    Effect.ignore,
  )
