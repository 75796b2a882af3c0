/** When an event starts, out of what its sportsbooks say: they differ by minutes, and by hours after a postponement. */

/** How far a sportsbook's start may be from the anchor: 90 minutes, in milliseconds. */
export const maxStartSkewMillis = 90 * 60_000

/** How long after a large change of a start the event is in conflict: 10 minutes, in milliseconds. */
export const startMovedMillis = 10 * 60_000

/** What one sportsbook says of an event's start. */
export interface SportsbookStart {
  readonly sportsbook: string
  /** Milliseconds since the epoch; null where it does not say. */
  readonly at: number | null
  /** Whether its start counts; a synthetic one's does not. */
  readonly votes: boolean
  /** When its start last moved by more than the skew, in milliseconds since the epoch. */
  readonly moved_at?: number
}

/** The start of an event. */
export interface EventStart {
  /**
   * The start that most voting sportsbooks are near to, the earliest of equals; null where none says one. From it on the
   * event is live.
   */
  readonly anchor: number | null
  /** Sportsbooks whose start is further from the anchor than the skew: they may mean another game. In order of names. */
  readonly off_start: ReadonlyArray<string>
  /** Some are off, or a start moved by more than the skew a short while ago: nothing may be opened on this event. */
  readonly conflict: boolean
}

/**
 * The anchor of an event, and which sportsbooks do not agree with it. A sportsbook without a start takes part. The order of
 * the starts does not matter.
 *
 * @example
 * ```ts
 * import { eventStart } from "@boltodds/market"
 *
 * const at = (time: string) => Date.parse(`2026-07-17T${time}:00Z`)
 * eventStart([
 *   { sportsbook: "betmgm", at: at("17:35"), votes: true },
 *   { sportsbook: "fanduel", at: at("17:36"), votes: true },
 *   { sportsbook: "kalshi", at: at("23:10"), votes: true },
 * ], { now: at("12:00") }) // { anchor: (17:35), off_start: ["kalshi"], conflict: true }
 * ```
 */
export const eventStart = (
  starts: ReadonlyArray<SportsbookStart>,
  { now, maxSkewMillis = maxStartSkewMillis }: {
    /** Milliseconds since the epoch. */
    readonly now: number
    readonly maxSkewMillis?: number
  },
): EventStart => {
  const times = starts.flatMap(({ at, votes }) => at !== null && Number.isFinite(at) && votes ? [at] : [])
    .toSorted((a, b) => a - b)
  let anchor: number | null = null
  let most = 0
  // Both ends of the window only move forward.
  let from = 0
  let to = 0
  for (const time of times) {
    while (time - times[from]! > maxSkewMillis) from++
    while (to < times.length && times[to]! - time <= maxSkewMillis) to++
    if (to - from > most) [anchor, most] = [time, to - from]
  }
  const off = anchor === null
    ? []
    : starts.filter(({ at }) => at !== null && !(Math.abs(at - anchor) <= maxSkewMillis)).map(({ sportsbook }) =>
      sportsbook
    )
  const moved = starts.some(({ moved_at }) =>
    moved_at !== undefined && now - moved_at >= 0 && now - moved_at < startMovedMillis
  )
  return { anchor, off_start: [...new Set(off)].toSorted(), conflict: off.length > 0 || moved }
}

/** Whether a start moved so far that it may be another game's; a first start, and one that goes, has not moved. */
export const isLargeMove = (
  from: number | null,
  to: number | null,
  maxSkewMillis: number = maxStartSkewMillis,
): boolean => from !== null && to !== null && Math.abs(to - from) > maxSkewMillis
