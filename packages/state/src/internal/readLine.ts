/** From an outcome on the wire to a line of the book. */
import {
  americanOdds,
  deriveLine,
  isSuspended,
  type Outcome,
  parseLine,
  parseSide,
  targetKind,
} from "@boltodds/protocol"
import type { Game, Line } from "./model.ts"

/**
 * The line that an outcome makes of what was known.
 *
 * A field the outcome leaves out keeps its value; one it sends as null has none. The result is `known` itself where
 * nothing differs, so that the caller compares by identity.
 */
export const readLine = (
  game: Game,
  key: string,
  outcome: Outcome,
  known: Line | undefined,
  factsChanged: boolean,
  sentAt: string | null,
  moment: number,
): Line => {
  const raw = outcome.odds
  // NaN is no price: suspended, or unreadable, which counts as suspended too.
  const price = americanOdds(raw)
  const odds = price === price ? price : null
  const market = kept(outcome.outcome_name, known === undefined ? null : known.market)
  const target = kept(outcome.outcome_target, known === undefined ? null : known.target)
  const link = outcome.link === undefined ? (known === undefined ? null : known.link) : outcome.link || null
  const side = outcome.outcome_over_under === undefined && known !== undefined
    ? known.side
    : parseSide(outcome.outcome_over_under)
  const sameSubject = known !== undefined && known.market === market && known.target === target

  let line: number | null
  let derived = false
  if (outcome.outcome_line === undefined && known !== undefined) {
    line = known.line
    derived = known.line_derived
  } else {
    line = parseLine(outcome.outcome_line)
    if (line === null) {
      if (sameSubject && (known.line_derived || known.line === null)) line = known.line
      else line = deriveLine(key, market, target)
      derived = line !== null
    }
  }
  const kind = sameSubject && !factsChanged ? known.target_kind : targetKind(target, game.home_team, game.away_team)

  if (
    sameSubject && known.odds === odds && known.line === line && known.side === side && known.link === link &&
    known.line_derived === derived && known.target_kind === kind
  ) return known
  return {
    outcome: key,
    // The strings already kept, where equal: a line's text is held once for as long as it lives.
    market: sameSubject ? known.market : market,
    target: sameSubject ? known.target : target,
    target_kind: kind,
    side,
    line,
    line_derived: derived,
    odds,
    link: known !== undefined && known.link === link ? known.link : link,
    sentAt,
    confirmedAt: moment,
  }
}

/** Whether an outcome's price is neither a price nor a suspension. */
export const isUnreadable = (outcome: Outcome): boolean => {
  const price = americanOdds(outcome.odds)
  return price !== price && !isSuspended(outcome.odds)
}

/** The line of an outcome that has not even the shape of one: what was known, without a price. */
export const unreadableLine = (key: string, known: Line | undefined, sentAt: string | null, moment: number): Line => {
  if (known !== undefined) return known.odds === null ? known : { ...known, odds: null, sentAt, confirmedAt: moment }
  return {
    outcome: key,
    market: null,
    target: null,
    target_kind: null,
    side: null,
    line: null,
    line_derived: false,
    odds: null,
    link: null,
    sentAt,
    confirmedAt: moment,
  }
}

const kept = (sent: string | null | undefined, known: string | null): string | null => sent === undefined ? known : sent
