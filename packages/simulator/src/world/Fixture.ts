/** A game of the world, and how its start is written. */
import type { Market } from "./Markets.ts"

/** A game as the world knows it, the same for all sportsbooks. */
export interface Fixture {
  readonly sport: string
  readonly home: string
  readonly away: string
  /** `home` and `away` in the key, in this order. */
  readonly key: string
  /** The key under which sportsbooks that flip home and away publish it; the same key if none does. */
  readonly flippedKey: string
  readonly universalId: string
  readonly flippedUniversalId: string
  /** `2026-07-16`, US Eastern; of a pinned game it changes when the game is put off. */
  date: string
  /** Minutes since midnight, US Eastern. */
  startMinute: number
  readonly markets: ReadonlyArray<Market>
  /** Never ends: the games that the vendor's example subscribes to. */
  readonly pinned: boolean
  /** How far strength and scoring have drifted, in log-odds. */
  readonly drift: { strength: number; scoring: number }
}

/** `2026-07-16, 07:10 PM`: how the feed writes US Eastern time. */
export const whenText = (date: string, minute: number): string => {
  const hour = Math.floor(minute / 60)
  return `${date}, ${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(minute % 60)} ${hour < 12 ? "AM" : "PM"}`
}

/** The 12-hour Eastern start hour that old game keys end with. */
export const hourSuffix = (minute: number): string => {
  const hour = Math.floor(minute / 60) % 12
  return two(hour === 0 ? 12 : hour)
}

const two = (value: number): string => String(value).padStart(2, "0")
