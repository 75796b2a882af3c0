/** One match that the feed has twice, with home and away the other way round: in soccer and combat sports. */
import { participantKey } from "./participants.ts"

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
 * They are only named here, never merged: what is home at one is away at the other.
 */
export const flippedEvents = (events: Iterable<EventTeams>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byTeams = new Map<string, Array<{ readonly event: string; readonly at: number }>>()
  const all: Array<{ readonly event: string; readonly at: number; readonly flipped: string }> = []
  for (const { event, sport, home_team, away_team, at } of events) {
    const [home, away] = [participantKey(home_team ?? ""), participantKey(away_team ?? "")]
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
