/** What follows for an event when its starts, teams or sportsbooks have changed. */
import { eventStart, selfFlippedEvents, type SportsbookStart, startMovedMillis } from "@boltodds/market"
import type { EventCell } from "./cells.ts"

const none: ReadonlySet<string> = new Set()

/** Works out the anchor, who is off it, and whether home and away are there both ways round. */
export const settleEvent = (event: EventCell, now: number, maxSkewMillis: number): void => {
  let movedAt = -Infinity
  const starts: Array<SportsbookStart> = []
  const teams = new Map<string, { readonly home_team: string | null; readonly away_team: string | null }>()
  for (const { sportsbook, startsAt, movedAt: moved, homeTeam, awayTeam } of event.games) {
    starts.push({ sportsbook: sportsbook.name, at: startsAt, votes: true })
    if (moved !== undefined && moved > movedAt) movedAt = moved
    teams.set(`${homeTeam ?? ""}\u0000${awayTeam ?? ""}`, { home_team: homeTeam, away_team: awayTeam })
  }
  const { anchor, off_start } = eventStart(starts, { now, maxSkewMillis })
  event.anchor = anchor
  event.offStart = off_start.length === 0 ? none : new Set(off_start)
  event.conflictUntil = movedAt + startMovedMillis
  // Nearly always all games spell their teams alike.
  event.flipped = teams.size > 1 &&
    selfFlippedEvents([...teams.values()].map((pair) => ({ ...pair, event: event.key, sport: "", at: null }))).size > 0
}
