/** Game keys, and what can be read from them. */

/** A game key taken apart. */
export interface ParsedGameKey {
  /** The key as sent: the only identity. */
  readonly raw: string
  readonly home: string | null
  readonly away: string | null
  /** `YYYY-MM-DD`, the local day of the start. */
  readonly day: string | null
  /** What distinguishes the games of a doubleheader: an hour (`08`) or 12 hex digits. */
  readonly suffix: string | null
}

const form = /^(.+?) vs (.+), (\d{4}-\d{2}-\d{2})(?:, ([0-9A-Za-z]+))?$/

/** No real key comes near; a hostile one could keep the pattern busy for long. */
const longest = 400

/**
 * Takes a game key apart for display; parts that cannot be read are null. Total: never throws.
 *
 * A key is opaque: `"Home vs Away, 2026-05-14, 01"` until about June 2026, `"Home vs Away, 2026-07-16, 1e1f1b8dc2ec"`
 * since. Compare whole keys only: without the suffix a doubleheader's two games look like one (PROTOCOL, "game").
 *
 * @example
 * ```ts
 * import { parseGameKey } from "@boltodds/protocol"
 *
 * const key = parseGameKey("Boston Red Sox vs Tampa Bay Rays, 2026-07-17, 1e1f1b8dc2ec")
 * console.log(key.home, key.away, key.day, key.suffix)
 * ```
 */
export const parseGameKey = (raw: string): ParsedGameKey => {
  const match = raw.length > longest ? null : form.exec(raw)
  if (match === null) return { raw, home: null, away: null, day: null, suffix: null }
  return { raw, home: match[1]!, away: match[2]!, day: match[3]!, suffix: match[4] ?? null }
}
