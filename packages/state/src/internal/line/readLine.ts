/** From an outcome on the wire to what it says of its line. */
import {
  americanOdds,
  deriveLine,
  isSent,
  isSuspended,
  type LineExtras,
  parseLine,
  parseLineSplit,
  parseSide,
  rawText,
  sameExtras,
  targetKind,
} from "@boltodds/protocol"
import type { Game, Line, LineValues } from "../model.ts"

/** The fields that can be unreadable, as bits of `LineValues.unreadable`. */
const inPrice = 1
const inMarket = 2
const inTarget = 4
const inSide = 8
const inLine = 16
const inAll = 31

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
  extras: undefined,
  unreadable: 0,
}

/**
 * What an outcome says of its line, valid until the next call.
 *
 * A field the outcome leaves out keeps its value, and stays unreadable if it was; one it sends as null has none. `odds`
 * is null where there is no price, and where the price or any field that says what the bet is cannot be read.
 */
export const readLine = (
  { game, factsChanged }: { readonly game: Game; readonly factsChanged: boolean },
  key: string,
  outcome: Readonly<Record<string, unknown>>,
  known: Line | undefined,
): LineValues => {
  const { odds, link, outcome_name, outcome_line, outcome_over_under, outcome_target } = outcome as {
    readonly [field: string]: unknown
  }
  const before = known === undefined ? 0 : known.unreadable
  let unreadable = 0
  const price = americanOdds(odds)
  reading.odds = price === price ? price : null
  if (price !== price && !isSuspended(odds)) unreadable |= inPrice

  // Equal strings are taken from the line that is kept: a text is held once for as long as the line lives.
  const sameMarket = known !== undefined && (outcome_name === undefined || outcome_name === known.market)
  const sameTarget = known !== undefined && (outcome_target === undefined || outcome_target === known.target)
  if (sameMarket) {
    reading.market = known.market
    if (outcome_name === undefined) unreadable |= before & inMarket
  } else {
    reading.market = typeof outcome_name === "string" ? outcome_name : null
    if (reading.market === null && outcome_name !== null && outcome_name !== undefined) unreadable |= inMarket
  }
  if (sameTarget) {
    reading.target = known.target
    if (outcome_target === undefined) unreadable |= before & inTarget
  } else {
    reading.target = typeof outcome_target === "string" ? outcome_target : null
    if (reading.target === null && outcome_target !== null && outcome_target !== undefined) unreadable |= inTarget
  }
  reading.target_kind = sameTarget && !factsChanged
    ? known.target_kind
    : targetKind(reading.target, game.home_team, game.away_team)

  if (outcome_over_under === undefined && known !== undefined) {
    reading.side = known.side
    unreadable |= before & inSide
  } else {
    reading.side = parseSide(outcome_over_under)
    if (reading.side === null && isSent(outcome_over_under)) unreadable |= inSide
  }

  reading.link = known !== undefined && (link === undefined || link === known.link) ? known.link : linkOf(link)

  if (outcome_line === undefined && known !== undefined) {
    reading.line = known.line
    reading.line_derived = known.line_derived
    unreadable |= before & inLine
  } else {
    const line = parseLine(outcome_line, reading.side)
    reading.line = line
    reading.line_derived = false
    if (line === null) {
      // Only where no line was sent: one that was sent and cannot be read is not known, whatever the key says.
      if (isSent(outcome_line)) unreadable |= inLine
      else deriveInto(game, key, known, sameMarket && sameTarget && !factsChanged)
    }
  }

  reading.unreadable = unreadable
  if (unreadable !== 0) reading.odds = null
  // Most lines have no extras before and none now: nothing is looked at then.
  reading.extras = unreadable > inPrice || isQuarter(reading.line) ? extrasOf(outcome, known, unreadable) : undefined
  return reading
}

/** Takes the line from the key. The key never changes: what was derived from it stands while market and target do. */
const deriveInto = (game: Game, key: string, known: Line | undefined, isSame: boolean): void => {
  const stands = known !== undefined && isSame && (known.line_derived || known.line === null)
  reading.line = stands ? known.line : deriveLine(key, reading.market, reading.target, [game.home_team, game.away_team])
  reading.line_derived = reading.line !== null
}

/** A split line is the mean of two neighboring halves: an odd number of quarters. */
const isQuarter = (line: number | null): boolean => line !== null && Math.floor(line * 2) !== line * 2

const extrasOf = (
  outcome: Readonly<Record<string, unknown>>,
  known: Line | undefined,
  unreadable: number,
): LineExtras | undefined => {
  const { outcome_name, outcome_line, outcome_over_under, outcome_target } = outcome as {
    readonly [field: string]: unknown
  }
  const before = known?.extras
  const extras: { -readonly [K in keyof LineExtras]: LineExtras[K] } = {}
  const split = outcome_line === undefined ? before?.line_split : parseLineSplit(outcome_line)
  if (split !== undefined && split !== null && !reading.line_derived && (unreadable & inLine) === 0) {
    extras.line_split = split
  }
  const raw = (bit: number, field: Exclude<keyof LineExtras, "line_split">, value: unknown): void => {
    if ((unreadable & bit) === 0) return
    const text = value === undefined ? before?.[field] : rawText(value)
    if (text !== undefined) extras[field] = text
  }
  raw(inMarket, "market_raw", outcome_name)
  raw(inTarget, "target_raw", outcome_target)
  raw(inSide, "side_raw", outcome_over_under)
  raw(inLine, "line_raw", outcome_line)
  if (Object.keys(extras).length === 0) return undefined
  return before !== undefined && sameExtras(before, extras) ? before : extras
}

/** A link must be a text, and not empty. */
const linkOf = (link: unknown): string | null => typeof link === "string" && link !== "" ? link : null

/** What an outcome that has not even the shape of one says: what was known, without a price. */
export const unreadableOutcome = (known: Line | undefined): LineValues => {
  reading.market = known?.market ?? null
  reading.target = known?.target ?? null
  reading.target_kind = known?.target_kind ?? null
  reading.side = known?.side ?? null
  reading.line = known?.line ?? null
  reading.line_derived = known?.line_derived ?? false
  reading.odds = null
  reading.link = known?.link ?? null
  reading.extras = known?.extras
  reading.unreadable = inAll
  return reading
}
