/** Which part of the feed each session of one running may still tell of. */
import { type FeedEvent, type Filters, normalizeFilters } from "@boltodds/protocol"
import { commonOf, overlapOf, type Shard } from "./Shard.ts"
import type { ShardOverlap } from "./ShardError.ts"

/**
 * A session holds the filters it last told of (`Subscribed`), and those it was asked to take since: its games are given
 * up where a reader has seen that told, not before.
 */
export class FilterClaims {
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

  /** Whether no session is leaving anything: then nothing that is told changes what they hold. */
  get settled(): boolean {
    return this.#unsettled === 0
  }

  /** A reader has been given these events; `now` are the very filters that the sessions have. */
  told(events: ReadonlyArray<FeedEvent>, now: ReadonlyArray<Shard>): void {
    for (const event of events) {
      if (event._tag !== "Subscribed") continue
      const held = this.#held.get(event.session)!
      const same = (filters: Filters): boolean => sameFilters(filters, event.filters)
      // What was asked while a session was away may never be sent, and never be told: what comes back looks like what
      // was there before. Each asking makes an object of its own, and they are sent in order, so one that is the
      // session's own is the last: nothing older can follow. Any other may be the first that looks like it, and what
      // was asked after that may yet be sent.
      const isNewest = now.some(({ name, filters }) => name === event.session && filters === event.filters)
      const index = isNewest && same(held.at(-1)!) ? held.length - 1 : held.findIndex(same)
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
