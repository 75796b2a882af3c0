/** One of several sessions with the feed, and the check that no two of them overlap. */
import { type Filters, normalizeFilters } from "@boltodds/protocol"

/** One session of several: the name in its events, and its part of the feed. */
export interface Shard {
  readonly name: string
  /** Left out or empty means everything: then no other session is possible. */
  readonly filters: Filters
}

/**
 * Two sessions would receive the same games. A game at a sportsbook belongs to one session, and only that session knows
 * when it is closed or unverified.
 */
export class ShardOverlap extends Error {
  readonly _tag = "ShardOverlap"
  override readonly name: string = "ShardOverlap"
  /** The names of the two sessions. */
  readonly sessions: readonly [string, string]
  /** What both would receive. A kind that is left out means all of it. */
  readonly common: Filters

  constructor(sessions: readonly [string, string], common: Filters, remark: string) {
    super(`Cannot run sessions \`${sessions[0]}\` and \`${sessions[1]}\` side by side: ${remark}`)
    this.sessions = sessions
    this.common = common
  }
}

/** The sessions cannot be made. The message says what to change. */
export class ShardsRefused extends Error {
  readonly _tag = "ShardsRefused"
  override readonly name: string = "ShardsRefused"
}

/**
 * What two filters have in common. Undefined if no game at any sportsbook passes both. Markets do not count: a game belongs
 * to one session with all its markets, so sessions that differ only in markets overlap.
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

/** Checks that sessions can run side by side: at least one, different names, and no game that reaches two of them. */
export const checkShards = (shards: ReadonlyArray<Shard>): ShardOverlap | ShardsRefused | undefined => {
  if (shards.length === 0) return new ShardsRefused("Cannot run without a session: name at least one")
  const named = new Set<string>()
  for (const { name } of shards) {
    if (named.has(name)) {
      return new ShardsRefused(`Cannot use the name \`${name}\` for two sessions. Give each session a different name`)
    }
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

/** The error of two sessions with something in common: as asked, in markets only, or because the second still holds it. */
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
    held: `\`${sessions[1]}\` has ${what}. Have it give that up first, and ask again after its next \`Subscribed\``,
  }
  return new ShardOverlap(sessions, common, remark[how])
}

const marketsDiffer = (one: Shard, other: Shard): boolean => {
  const names = shared(normalizeFilters(one.filters).markets, normalizeFilters(other.filters).markets)
  return names !== undefined && names.length === 0
}

const shown = 5

/** Describes what filters let through: `sport NBA at sportsbooks betmgm, fanduel`. */
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
