/** The parts of the feed that the sessions of one running hold. */
import { type FeedEvent, type Filters, normalizeFilters } from "@boltodds/protocol"
import { commonOf, overlapOf, type Shard, type ShardOverlap } from "./Shard.ts"

/**
 * A session holds the filters of its last `Subscribed`, and those it was asked to take since. It has given up a game once
 * a reader has received the `Subscribed` without it, not before.
 */
export class FilterClaims {
  readonly #held = new Map<string, Array<Filters>>()
  #unsettled = 0

  constructor(shards: ReadonlyArray<Shard>) {
    for (const { name, filters } of shards) this.#held.set(name, [normalizeFilters(filters)])
  }

  /** Each session with all the names it holds, those it is giving up included. */
  holding(kind: "sports" | "sportsbooks"): ReadonlyArray<Shard> {
    return [...this.#held].map(([name, held]) => ({
      name,
      filters: { [kind]: [...new Set(held.flatMap((filters) => filters[kind] ?? []))] },
    }))
  }

  /** The overlap where one of these shards would get what another session has not given up yet. */
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

  /** The sessions are asked to take these filters. */
  ask(shards: ReadonlyArray<Shard>): void {
    for (const { name, filters } of shards) {
      const held = this.#held.get(name)!
      const next = normalizeFilters(filters)
      if (sameFilters(held.at(-1)!, next)) continue
      held.push(next)
      this.#unsettled++
    }
  }

  /** Whether no session is giving anything up: then no event changes what they hold. */
  get settled(): boolean {
    return this.#unsettled === 0
  }

  /** A reader has received these events. `now` are the filter objects that the sessions have. */
  delivered(events: ReadonlyArray<FeedEvent>, now: ReadonlyArray<Shard>): void {
    for (const event of events) {
      if (event._tag !== "Subscribed") continue
      const held = this.#held.get(event.session)!
      const same = (filters: Filters): boolean => sameFilters(filters, event.filters)
      // Filters that were asked for while a session had no connection may never be sent: the next `Subscribed` may equal
      // an older one. Each request makes a new object, and they are sent in order. So if the event has the session's own
      // object, it is the last: nothing older can follow. Otherwise it may be the first that is equal, and later ones may
      // still be sent.
      const isNewest = now.some(({ name, filters }) => name === event.session && filters === event.filters)
      const index = isNewest && same(held.at(-1)!) ? held.length - 1 : held.findIndex(same)
      if (index <= 0) continue
      held.splice(0, index)
      this.#unsettled -= index
    }
  }
}

/** Whether two filters are equal, in any order. */
export const sameFilters = (one: Filters, other: Filters): boolean => textOf(one) === textOf(other)

const textOf = (filters: Filters): string =>
  JSON.stringify(Object.entries(normalizeFilters(filters)).map(([kind, names]) => [kind, names.toSorted()]))
