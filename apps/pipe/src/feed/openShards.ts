/** Several sessions on one key as the commands want them. */
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
  type Status,
  type UrlRefused,
} from "@boltodds/connection"
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { CommandLog } from "../log/Log.ts"
import { prepareSessions, type SessionSettings } from "./openSession.ts"

/** How the feed is divided. */
export interface Division {
  readonly by: ShardBy
  readonly over: number
}

/** How often the catalog is asked for names that nobody receives yet. */
const renewMillis = 600_000

/**
 * Makes the sessions; they dial when their events are run. Where the filters list no names to divide by, the catalog
 * does, and what it gains while they run is given to them.
 */
export const openShards = (
  settings: SessionSettings,
  { by, over }: Division,
  log: CommandLog,
): Effect.Effect<Shards, UrlRefused | CatalogError | ShardsRefused | ShardOverlap, Scope> =>
  Effect.gen(function* () {
    const { filters, onStatus } = settings
    const { options, tell } = yield* prepareSessions(settings, log)
    const listed = by === "sport" ? filters.sports : filters.sportsbooks
    const names = listed ?? (yield* options.catalog.info)[by === "sport" ? "sports" : "sportsbooks"]
    const sessions = shardFilters(filters, { by, over, names })
    if (sessions instanceof ShardsRefused) return yield* Effect.fail(sessions)
    const standing = new Map<string, Status>()
    const shards = yield* makeShards({
      ...options,
      sessions,
      onStatus: (status, session) => {
        tell(status, session)
        standing.set(session, status)
        onStatus?.([...standing.values()].find(({ _tag }) => _tag === "Live") ?? status)
      },
    })
    if (listed === undefined) {
      yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.sleep(renewMillis), renew(shards, options.catalog, filters, log))),
      )
    }
    return shards
  })

/** Gives the sessions what the catalog has gained. */
const renew = (shards: Shards, catalog: Catalog, filters: Filters, log: CommandLog): Effect.Effect<void> =>
  Effect.match(renewShards(shards, catalog, filters), {
    onSuccess: (gained) => {
      if (gained.length > 0) log.log("info", `new names are asked for from now on: ${gained.join(", ")}`)
    },
    onFailure: ({ message }) => log.log("info", `the catalog could not be asked for new names: ${message}`),
  })
