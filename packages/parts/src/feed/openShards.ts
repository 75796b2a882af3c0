/** A feed that is divided among several sessions with one key. */
import type { Log } from "@boltodds/config"
import {
  type Catalog,
  type CatalogError,
  makeShards,
  renewShards,
  type ShardBy,
  shardFilters,
  type ShardOverlap,
  type Shards,
  ShardsRefused,
  type UrlRefused,
} from "@boltodds/connection"
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { prepareSessions, type SessionSettings } from "./openSession.ts"

/** How the feed is divided. */
export interface Division {
  readonly by: ShardBy
  /** The number of sessions. */
  readonly over: number
}

/** How often the catalog is asked for names that no session receives yet: every ten minutes. */
const renewMillis = 600_000

/**
 * Makes the sessions; they dial when their events are run. If the filters list no names to divide by, the names of the
 * catalog are divided, and names that it gains later are given to the running sessions.
 */
export const openShards = (
  settings: SessionSettings,
  { by, over }: Division,
  log: Log,
): Effect.Effect<Shards, UrlRefused | CatalogError | ShardsRefused | ShardOverlap, Scope> =>
  Effect.gen(function* () {
    const { filters } = settings
    const { options, onStatus } = yield* prepareSessions(settings, log)
    const listed = by === "sport" ? filters.sports : filters.sportsbooks
    const names = listed ?? (yield* options.catalog.info)[by === "sport" ? "sports" : "sportsbooks"]
    const sessions = shardFilters(filters, { by, over, names })
    if (sessions instanceof ShardsRefused) return yield* Effect.fail(sessions)
    const shards = yield* makeShards({ ...options, sessions, onStatus })
    if (listed === undefined) {
      yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.sleep(renewMillis), renew(shards, options.catalog, filters, log))),
      )
    }
    return shards
  })

/** Gives the sessions the names that the catalog has gained. */
const renew = (shards: Shards, catalog: Catalog, filters: Filters, log: Log): Effect.Effect<void> =>
  Effect.match(renewShards(shards, catalog, filters), {
    onSuccess: (gained) => {
      if (gained.length > 0) log("info", `the catalog has new names, and they are received now: ${gained.join(", ")}`)
    },
    onFailure: ({ message }) => log("info", `the catalog was not asked for new names: ${message}`),
  })
