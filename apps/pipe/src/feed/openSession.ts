/** A session with the feed as the commands want it: told in the log, its names checked. */
import {
  type Catalog,
  checkNames,
  describeHolder,
  describeStored,
  describeUnknown,
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
import type { CommandLog } from "../log/Log.ts"
import type { Machine } from "./machine.ts"
import type { FeedSettings } from "../commandLine/settings.ts"
import { logStatus } from "../log/logStatus.ts"

/** What to connect to, and how. */
export interface SessionSettings {
  readonly feed: FeedSettings
  /** Shown in the log. */
  readonly host: string
  readonly filters: Filters
  readonly maxAttempts?: number
  readonly onStatus?: (status: Status) => void
  /** Default: nothing is shared with other processes but what the context's limiter shares. */
  readonly machine?: Machine
}

/** What any session is made of, whatever it asks for; `tell` logs a status of the session of this name. */
export interface SessionParts {
  readonly options: Omit<SessionOptions, "filters" | "name" | "onStatus"> & { readonly catalog: Catalog }
  readonly tell: (status: Status, name?: string) => void
}

/** Makes what sessions share. Names are checked in the background, once one has subscribed. */
export const prepareSessions = (
  { feed, host, filters, maxAttempts, machine }: SessionSettings,
  log: CommandLog,
): Effect.Effect<SessionParts, UrlRefused, Scope> =>
  Effect.gen(function* () {
    const proxy = feedProxy(feed.url)
    if (proxy !== undefined && "problem" in proxy) {
      return yield* Effect.fail(new UrlRefused(`Cannot reach ${host}: ${proxy.problem}`))
    }
    if (proxy !== undefined) log.log("info", `${host} is reached through the proxy ${proxy.label} (${proxy.variable})`)
    const catalog = yield* makeCatalog({
      ...feed,
      get: nodeGet,
      ...machine === undefined ? {} : { store: machine.store },
      onStored: (used) => log.log("warn", `names are checked ${describeStored(used)}`),
    })
    if (machine !== undefined) yield* tellHolders(feed, host, machine, log)
    const subscribed = Deferred.makeUnsafe<void>()
    // In the background: a misspelt name is told, and delays nothing.
    if (Object.keys(filters).length > 0) {
      const check = Effect.match(checkNames(filters, catalog), {
        onSuccess: ({ unknown }) => unknown.forEach((name) => log.log("warn", describeUnknown(name))),
        onFailure: ({ message }) => log.log("info", `the names could not be checked: ${message}`),
      })
      yield* Effect.forkScoped(Effect.andThen(Deferred.await(subscribed), check))
    }
    const told = new Map<string, (status: Status) => void>()
    return {
      options: {
        ...feed,
        transport: wsTransport(),
        catalog,
        ...machine === undefined ? {} : { memory: machine.memory, leases: machine.leases },
        ...maxAttempts === undefined ? {} : { maxAttempts },
        onDiagnosis: (diagnosis) => log.log("warn", renderDiagnosis(diagnosis)),
        onKeyEcho: () =>
          log.log("warn", `${host} sends the key back in its messages: it is replaced with [redacted] in all output`),
      },
      tell: (status, name = "") => {
        let tell = told.get(name)
        if (tell === undefined) {
          told.set(name, tell = logStatus(log, name === "" ? host : `${host} (${name})`, Date.now))
        }
        tell(status)
        if (status._tag === "Syncing") Deferred.doneUnsafe(subscribed, Exit.void)
      },
    }
  })

/** Makes the session; it dials when its events are run. */
export const openSession = (settings: SessionSettings, log: CommandLog): Effect.Effect<Session, UrlRefused, Scope> =>
  Effect.flatMap(prepareSessions(settings, log), ({ options, tell }) =>
    makeSession({
      ...options,
      filters: settings.filters,
      onStatus: (status) => {
        tell(status)
        settings.onStatus?.(status)
      },
    }))

/** Two processes with one key are often one too many, and neither would know why. */
const tellHolders = ({ key }: FeedSettings, host: string, { leases }: Machine, log: CommandLog): Effect.Effect<void> =>
  key.pipe(
    Effect.flatMap((key) => leases.holders({ host, key })),
    Effect.map((holders) => {
      if (holders.length === 0) return
      log.log(
        "warn",
        `another process holds this key, and the smaller plans allow one connection: ${
          holders.map(describeHolder).join("; ")
        }`,
      )
    }),
    // Without a key the session will say so.
    Effect.ignore,
  )
