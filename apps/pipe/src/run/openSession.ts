/** A session with the feed as the commands want it: told in the log, its names checked. */
import {
  checkNames,
  describeHolder,
  describeStored,
  describeUnknown,
  makeCatalogue,
  makeSession,
  renderDiagnosis,
  type Session,
  type Status,
  type UrlRefused,
} from "@boltodds/connection"
import { nodeGet, wsTransport } from "@boltodds/connection/node"
import type { Filters } from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Scope } from "effect/Scope"
import type { Log } from "../Log.ts"
import type { Machine } from "./machine.ts"
import type { FeedSettings } from "./settings.ts"
import { tellStatus } from "./tellStatus.ts"

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

/** Makes the session; it dials when its events are run. Names are checked in the background, once it has subscribed. */
export const openSession = (
  { feed, host, filters, maxAttempts, onStatus, machine }: SessionSettings,
  log: Log,
): Effect.Effect<Session, UrlRefused, Scope> =>
  Effect.gen(function* () {
    const catalogue = yield* makeCatalogue({
      ...feed,
      get: nodeGet,
      ...machine === undefined ? {} : { store: machine.store },
      onStored: (used) => log.log("warn", `names are checked ${describeStored(used)}`),
    })
    if (machine !== undefined) yield* tellHolders(feed, host, machine, log)
    const subscribed = Deferred.makeUnsafe<void>()
    const tell = tellStatus(log, host, Date.now)
    const session = yield* makeSession({
      ...feed,
      filters,
      transport: wsTransport(),
      catalogue,
      ...machine === undefined ? {} : { memory: machine.memory, leases: machine.leases },
      ...maxAttempts === undefined ? {} : { maxAttempts },
      onStatus: (status) => {
        tell(status)
        if (status._tag === "Syncing") Deferred.doneUnsafe(subscribed, Exit.void)
        onStatus?.(status)
      },
      onDiagnosis: (diagnosis) => log.log("warn", renderDiagnosis(diagnosis)),
    })
    // In the background: a misspelt name is told, and delays nothing.
    if (Object.keys(filters).length > 0) {
      const check = Effect.match(checkNames(filters, catalogue), {
        onSuccess: ({ unknown }) => unknown.forEach((name) => log.log("warn", describeUnknown(name))),
        onFailure: ({ message }) => log.log("info", `the names could not be checked: ${message}`),
      })
      yield* Effect.forkScoped(Effect.andThen(Deferred.await(subscribed), check))
    }
    return session
  })

/** Two processes with one key are often one too many, and neither would know why. */
const tellHolders = ({ key }: FeedSettings, host: string, { leases }: Machine, log: Log): Effect.Effect<void> =>
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
