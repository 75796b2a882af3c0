/** One of several sessions with the feed, and what no two of them may share. */
import { type Filters, normalizeFilters } from "@boltodds/protocol"
import { ShardOverlap, ShardsRefused } from "./ShardError.ts"

/** One session among several: the name its events carry, and its part of the feed. */
export interface Shard {
  readonly name: string
  /** Left out or empty means everything, which no other session may then receive any of. */
  readonly filters: Filters
}

/**
 * What two filters have in common, or undefined where no game at any sportsbook passes both. Markets do not count: a
 * game belongs to one session whole, so sessions that differ in markets alone overlap.
 */
export const commonOf = (one: Filters, other: Filters): Filters | undefined => {
  const [a, b] = [normalizeFilters(one), normalizeFilters(other)]
  const common: { -readonly [K in keyof Filters]: Filters[K] } = {}
  for (const kind of ["sports", "sportsbooks", "games"] as const) {
    const names = shared(a[kind], b[kind])
    if (names === undefined) continue
    if (names.length === 0) return undefined
    common[kind] = names
  }
  return common
}

const shared = (
  one: ReadonlyArray<string> | undefined,
  other: ReadonlyArray<string> | undefined,
): ReadonlyArray<string> | undefined => {
  if (one === undefined) return other
  if (other === undefined) return one
  const within = new Set(other)
  return one.filter((name) => within.has(name))
}

/** Checks that sessions can run side by side: some, with names of their own, and no game that reaches two of them. */
export const checkShards = (shards: ReadonlyArray<Shard>): ShardOverlap | ShardsRefused | undefined => {
  if (shards.length === 0) return new ShardsRefused("Cannot run no session at all: name at least one")
  const named = new Set<string>()
  for (const { name } of shards) {
    if (named.has(name)) return new ShardsRefused(`Cannot tell two sessions apart that are both named \`${name}\``)
    named.add(name)
  }
  for (const [index, one] of shards.entries()) {
    for (const other of shards.slice(index + 1)) {
      const common = commonOf(one.filters, other.filters)
      if (common !== undefined) {
        return overlapOf([one.name, other.name], common, marketsDiffer(one, other) ? "markets" : "asked")
      }
    }
  }
  return undefined
}

/** The refusal of two sessions that would share this: as asked for, by markets only, or since the second still has it. */
export const overlapOf = (
  sessions: readonly [string, string],
  common: Filters,
  how: "asked" | "markets" | "held" = "asked",
): ShardOverlap => {
  const what = wordsFor(common)
  const remark = {
    asked: `both would receive ${what}, and a game can belong to one session only`,
    markets: `both would receive ${what}, and a game belongs to one session with all its markets. ` +
      "Divide by sport or by sportsbook",
    held: `\`${sessions[1]}\` has ${what}. Have it give that up first, and ask again when its events have told so`,
  }
  return new ShardOverlap(sessions, common, remark[how])
}

const marketsDiffer = (one: Shard, other: Shard): boolean => {
  const names = shared(normalizeFilters(one.filters).markets, normalizeFilters(other.filters).markets)
  return names !== undefined && names.length === 0
}

const shown = 5

/** What filters let through, in words: `sport NBA at sportsbooks betmgm, fanduel`. */
export const wordsFor = ({ sports, sportsbooks, games }: Filters): string => {
  const list = (kind: string, names: ReadonlyArray<string>): string => {
    const rest = names.length > shown ? ` and ${names.length - shown} more` : ""
    return `${kind}${names.length === 1 ? "" : "s"} ${names.slice(0, shown).join(", ")}${rest}`
  }
  const what = [
    ...(games === undefined ? [] : [list("game", games)]),
    ...(sports === undefined ? [] : [list("sport", sports)]),
  ].join(" in ")
  if (sportsbooks === undefined) return what === "" ? "everything" : what
  return `${what === "" ? "all" : what} at ${list("sportsbook", sportsbooks)}`
}
