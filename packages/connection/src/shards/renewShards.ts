/** Giving several sessions what the catalog has gained. */
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Catalog, CatalogError } from "../catalog/Catalog.ts"
import type { Shards } from "./makeShards.ts"
import type { ShardOverlap, ShardsRefused } from "./ShardError.ts"
import { dividedBy, filterKindOf } from "./shardFilters.ts"

/**
 * Asks the catalog for the names that the sessions are divided by, and has new ones received; gives these. `filters`
 * is what was divided: it lists no names of that kind. A name that the catalog has no longer stays, and costs nothing.
 *
 * To be repeated every few minutes (a request each, unless the catalog still knows): the feed's filters cannot say
 * "all the rest", so a new sport or sportsbook reaches no session by itself.
 */
export const renewShards = (
  shards: Shards,
  catalog: Catalog,
  filters: Filters = {},
): Effect.Effect<ReadonlyArray<string>, CatalogError | ShardOverlap | ShardsRefused> =>
  Effect.gen(function* () {
    const running = yield* shards.shards
    const kind = filterKindOf(dividedBy(running) ?? "sport")
    const now = running.flatMap(({ filters }) => filters[kind] ?? [])
    const had = new Set(now)
    const gained = (yield* catalog.info)[kind].filter((name) => !had.has(name))
    if (gained.length > 0) yield* shards.setFilters(filters, [...now, ...gained])
    return gained
  })
