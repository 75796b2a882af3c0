/** The division of one set of filters among several sessions. */
import { type Filters, normalizeFilters } from "@boltodds/protocol"
import { type Shard, ShardsRefused } from "./Shard.ts"

/** The kind of names that the feed is divided by. Parts by sport or sportsbook share no game. */
export type ShardBy = "sport" | "sportsbook"

/** How {@link shardFilters} divides. */
export interface ShardPlan {
  readonly by: ShardBy
  /** The number of sessions. The plan of the key must allow as many connections (Pro: 3). */
  readonly over: number
  /**
   * All names, from the catalog: needed if the filters list none of that kind. A filter cannot mean "everything else", so
   * a name that the catalog gains later reaches no session until the filters are divided again.
   */
  readonly names?: ReadonlyArray<string>
  /** The amount of data of a name, in any unit: sessions are filled evenly by it. @default 1 for each name */
  readonly weigh?: (name: string) => number
  /** The prefix of the sessions' names: `feed-1`, `feed-2`, … @default "feed" */
  readonly name?: string
  /** The current division. Its names stay where they are: a game cannot change its session without a gap. */
  readonly before?: ReadonlyArray<Shard>
}

/**
 * Divides filters among sessions: each gets its share of the sports (or sportsbooks), and all other filters. The order of
 * the names does not matter. The heaviest names are assigned first, each to the session with the least so far.
 *
 * Returns `ShardsRefused` if a session would get nothing: a filter that is left out means everything.
 */
export const shardFilters = (filters: Filters, plan: ShardPlan): ReadonlyArray<Shard> | ShardsRefused => {
  const { by, over, weigh = () => 1, name = "feed" } = plan
  const kind = filterKindOf(by)
  const whole = normalizeFilters(filters)
  const names = whole[kind] ?? normalizeFilters({ [kind]: plan.names ?? [] })[kind] ?? []
  if (!Number.isSafeInteger(over) || over < 1) {
    return new ShardsRefused(`Cannot divide by ${over}: the number of sessions must be 1 or more`)
  }
  if (names.length === 0) {
    return new ShardsRefused(
      `Cannot divide by ${by}: the filters list no ${kind}; list them, or pass the names of the catalog`,
    )
  }
  if (plan.before !== undefined && plan.before.length !== over) {
    return new ShardsRefused(`Cannot divide ${plan.before.length} running sessions over ${over}`)
  }
  const shares = Array.from({ length: over }, (_, index): Share => {
    const before = plan.before?.[index]
    return { name: before?.name ?? `${name}-${index + 1}`, had: new Set(before?.filters[kind]), names: [], weight: 0 }
  })
  const give = (share: Share, name: string): void => {
    share.names.push(name)
    share.weight += weigh(name)
  }
  const unplaced: Array<string> = []
  for (const name of names) {
    const owner = shares.find((share) => share.had.has(name))
    if (owner === undefined) unplaced.push(name)
    else give(owner, name)
  }
  unplaced.sort((a, b) => weigh(b) - weigh(a) || (a < b ? -1 : 1))
  for (const name of unplaced) give(lightest(shares), name)

  const empty = shares.find((share) => share.names.length === 0)
  if (empty !== undefined) {
    return new ShardsRefused(
      `Cannot divide ${names.length} ${names.length === 1 ? by : kind} over ${over} sessions: ` +
        `\`${empty.name}\` would get none, and a filter that is left out means everything` +
        (empty.had.size === 0 ? "" : `. It has ${[...empty.had].join(", ")}: keep one of these, or start again`),
    )
  }
  return shares.map(({ name, names }) => ({ name, filters: normalizeFilters({ ...whole, [kind]: names.sort() }) }))
}

/** What sessions are divided by: each lists names of this kind, and no name is in two lists. Undefined if there is none. */
export const dividedBy = (shards: ReadonlyArray<Shard>): ShardBy | undefined =>
  (["sport", "sportsbook"] as const).find((by) => {
    const lists = shards.map(({ filters }) => filters[filterKindOf(by)] ?? [])
    const all = lists.flat()
    return lists.every((names) => names.length > 0) && new Set(all).size === all.length
  })

interface Share {
  readonly name: string
  readonly had: ReadonlySet<string>
  readonly names: Array<string>
  weight: number
}

const lightest = (shares: ReadonlyArray<Share>): Share =>
  shares.reduce((least, share) =>
    share.weight < least.weight || (share.weight === least.weight && share.names.length < least.names.length)
      ? share
      : least
  )

/** The list of the filters that is divided. */
export const filterKindOf = (by: ShardBy): "sports" | "sportsbooks" => by === "sport" ? "sports" : "sportsbooks"
