/** One match that the feed has twice, with home and away the other way round: in soccer and combat sports. */
import { comparableName } from "@boltodds/protocol"

/** How near the starts of two such events are: 6 hours, in milliseconds. A return match is further away. */
export const maxFlipMillis = 6 * 3_600_000

/** What is compared of an event. */
export interface EventTeams {
  /** Its key. */
  readonly event: string
  readonly sport: string
  readonly home_team: string | null
  readonly away_team: string | null
  /** The anchor, in milliseconds since the epoch; null where no start is known. */
  readonly at: number | null
}

/**
 * The events that are each other's flipped duplicate: the same two participants in the same sport, the other way round,
 * with starts within six hours. Each has the other ones' keys, the nearest start first, then by key. An event whose start
 * is not known is nobody's duplicate.
 *
 * They are only named here, never merged: what is home at one is away at the other. Two games of one event's key are not
 * compared with each other: see {@link selfFlippedEvents}.
 */
export const flippedEvents = (events: Iterable<EventTeams>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byTeams = new Map<string, Array<{ readonly event: string; readonly at: number }>>()
  const all: Array<{ readonly event: string; readonly at: number; readonly flipped: string }> = []
  for (const { event, sport, home_team, away_team, at } of events) {
    const [home, away] = [teamOf(home_team), teamOf(away_team)]
    if (at === null || !Number.isFinite(at) || home === "" || away === "" || home === away) continue
    const key = JSON.stringify([sport, home, away])
    const known = byTeams.get(key)
    if (known === undefined) byTeams.set(key, [{ event, at }])
    else known.push({ event, at })
    all.push({ event, at, flipped: JSON.stringify([sport, away, home]) })
  }
  const found = new Map<string, ReadonlyArray<string>>()
  for (const { event, at, flipped } of all) {
    const near = (byTeams.get(flipped) ?? []).filter((other) =>
      other.event !== event && Math.abs(other.at - at) <= maxFlipMillis
    )
    if (near.length === 0) continue
    const sorted = near.toSorted((a, b) =>
      Math.abs(a.at - at) - Math.abs(b.at - at) || (a.event < b.event ? -1 : a.event > b.event ? 1 : 0)
    )
    found.set(event, [...new Set(sorted.map((each) => each.event))])
  }
  return found
}

/** A team's name as it is compared here: without case and accents, so that no spelling hides a flip. */
const teamOf = (name: string | null): string =>
  comparableName(name ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

/**
 * The events that have home and away both ways round: two games under one key, the home team of one the away team of the
 * other. One team is enough, since sportsbooks spell the other in their own way. Starts do not count here.
 *
 * An index must refuse such an event whole: "home" is one team at one sportsbook and the other team at another, so that
 * one selection's key is two opposite bets. Give it every game of every event.
 *
 * @example
 * ```ts
 * import { selfFlippedEvents } from "@boltodds/market"
 *
 * const game = { event: "0a1b2c3d4e5f", sport: "UFC", at: null }
 * selfFlippedEvents([
 *   { ...game, home_team: "Ann One", away_team: "Bea Two" },
 *   { ...game, home_team: "Bea Two", away_team: "Ann One" },
 * ]) // Set { "0a1b2c3d4e5f" }
 * ```
 */
export const selfFlippedEvents = (games: Iterable<EventTeams>): ReadonlySet<string> => {
  const sides = new Map<string, { readonly home: Set<string>; readonly away: Set<string> }>()
  const found = new Set<string>()
  for (const { event, home_team, away_team } of games) {
    const [home, away] = [teamOf(home_team), teamOf(away_team)]
    const known = sides.get(event) ?? { home: new Set<string>(), away: new Set<string>() }
    sides.set(event, known)
    if (home === away) continue
    if (home !== "") known.home.add(home)
    if (away !== "") known.away.add(away)
    if (known.away.has(home) || known.home.has(away)) found.add(event)
  }
  return found
}
