/** From an outcome on the wire to what it says of its line. */
import {
  americanOdds,
  deriveLine,
  isLineMissing,
  type Outcome,
  parseLine,
  parseSide,
  targetKind,
} from "@boltodds/protocol"
import type { Game, Line, LineValues } from "./model.ts"

/**
 * What was last read. One object, written anew for each outcome: a busy feed reads a million outcomes a minute, and
 * most say what is known already.
 */
const reading: LineValues = {
  market: null,
  target: null,
  target_kind: null,
  side: null,
  line: null,
  line_derived: false,
  odds: null,
  link: null,
}

/**
 * What an outcome says of its line, valid until the next call.
 *
 * A field the outcome leaves out keeps its value; one it sends as null has none. `odds` is null where there is no price
 * or none that can be read.
 */
export const readLine = (
  game: Game,
  key: string,
  outcome: Outcome,
  known: Line | undefined,
  factsChanged: boolean,
): LineValues => {
  const { odds, link, outcome_name, outcome_line, outcome_over_under, outcome_target } = outcome
  const price = americanOdds(odds)
  reading.odds = price === price ? price : null
  if (known === undefined) {
    const market = outcome_name ?? null
    const target = outcome_target ?? null
    reading.market = market
    reading.target = target
    reading.target_kind = targetKind(target, game.home_team, game.away_team)
    reading.side = parseSide(outcome_over_under)
    reading.link = linkOf(link)
    const line = parseLine(outcome_line)
    reading.line = line ?? derive(game, key, market, target, outcome_line)
    reading.line_derived = line === null && reading.line !== null
    return reading
  }
  // Equal strings are taken from the line that is kept: a text is held once for as long as the line lives.
  const sameMarket = outcome_name === undefined || outcome_name === known.market
  const sameTarget = outcome_target === undefined || outcome_target === known.target
  reading.market = sameMarket ? known.market : outcome_name
  reading.target = sameTarget ? known.target : outcome_target
  reading.target_kind = sameTarget && !factsChanged
    ? known.target_kind
    : targetKind(reading.target, game.home_team, game.away_team)
  reading.side = outcome_over_under === undefined ? known.side : parseSide(outcome_over_under)
  reading.link = link === undefined || link === known.link ? known.link : linkOf(link)
  if (outcome_line === undefined) {
    reading.line = known.line
    reading.line_derived = known.line_derived
    return reading
  }
  const line = parseLine(outcome_line)
  if (line !== null) {
    reading.line = line
    reading.line_derived = false
  } else {
    // The key never changes: what was derived from it stands while market and target do.
    const stands = sameMarket && sameTarget && !factsChanged && isLineMissing(outcome_line) &&
      (known.line_derived || known.line === null)
    reading.line = stands ? known.line : derive(game, key, reading.market, reading.target, outcome_line)
    reading.line_derived = reading.line !== null
  }
  return reading
}

/** An empty one is none, and so is anything but a text. */
const linkOf = (link: unknown): string | null => typeof link === "string" && link !== "" ? link : null

/** Only where no line was sent: one that was sent and cannot be read is not known, whatever the key says. */
const derive = (
  game: Game,
  key: string,
  market: string | null,
  target: string | null,
  raw: Outcome["outcome_line"],
): number | null => isLineMissing(raw) ? deriveLine(key, market, target, [game.home_team, game.away_team]) : null

/** What an outcome that has not even the shape of one says: what was known, without a price. */
export const unreadable = (known: Line | undefined): LineValues => {
  reading.market = known?.market ?? null
  reading.target = known?.target ?? null
  reading.target_kind = known?.target_kind ?? null
  reading.side = known?.side ?? null
  reading.line = known?.line ?? null
  reading.line_derived = known?.line_derived ?? false
  reading.odds = null
  reading.link = known?.link ?? null
  return reading
}
