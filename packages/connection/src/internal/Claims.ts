/** Which part of the feed each session of one running may still tell of. */
import { type FeedEvent, type Filters, normalizeFilters } from "@boltodds/protocol"
import { commonOf, overlapOf, type Shard } from "../Shard.ts"
import type { ShardOverlap } from "../ShardError.ts"

/**
 * A session holds the filters it last told of (`Subscribed`), and those it was asked to take since: its games are given
 * up where a reader has seen that told, not before.
 */
export class Claims {
  readonly #held = new Map<string, Array<Filters>>()
  #unsettled = 0

  constructor(shards: ReadonlyArray<Shard>) {
    for (const { name, filters } of shards) this.#held.set(name, [normalizeFilters(filters)])
  }

  /** Each session with all the names it holds: what it has and what it is leaving. */
  holding(kind: "sports" | "sportsbooks"): ReadonlyArray<Shard> {
    return [...this.#held].map(([name, held]) => ({
      name,
      filters: { [kind]: [...new Set(held.flatMap((filters) => filters[kind] ?? []))] },
    }))
  }

  /** Whether one of these, which do not overlap, would be given what another has not given up yet. */
  check(shards: ReadonlyArray<Shard>): ShardOverlap | undefined {
    for (const shard of shards) {
      for (const [other, held] of this.#held) {
        if (other === shard.name) continue
        for (const filters of held) {
          const common = commonOf(shard.filters, filters)
          if (common !== undefined) return overlapOf([shard.name, other], common, "held")
        }
      }
    }
    return undefined
  }

  /** The sessions are asked for these. */
  ask(shards: ReadonlyArray<Shard>): void {
    for (const { name, filters } of shards) {
      const held = this.#held.get(name)!
      const next = normalizeFilters(filters)
      if (sameFilters(held.at(-1)!, next)) continue
      held.push(next)
      this.#unsettled++
    }
  }

  /** A reader has been given these events. */
  told(events: ReadonlyArray<FeedEvent>): void {
    if (this.#unsettled === 0) return
    for (const event of events) {
      if (event._tag !== "Subscribed") continue
      const held = this.#held.get(event.session)!
      const index = held.findIndex((filters) => sameFilters(filters, event.filters))
      if (index <= 0) continue
      held.splice(0, index)
      this.#unsettled -= index
    }
  }
}

/** Whether two filters ask for the same, in whatever order. */
export const sameFilters = (one: Filters, other: Filters): boolean => textOf(one) === textOf(other)

const textOf = (filters: Filters): string =>
  JSON.stringify(Object.entries(normalizeFilters(filters)).map(([kind, names]) => [kind, names.toSorted()]))
