/** What one outcome of a message says, read by itself. */
import { deriveLine, parseLine, parseLineSplit } from "./LineValue.ts"
import { americanOdds } from "./Odds.ts"
import { outcomeFault } from "./outcomeFault.ts"
import { isSent } from "./plainText.ts"
import { parseSide, type Side, type TargetKind, targetKind } from "./Side.ts"

/** An outcome as {@link readOutcome} reads it. */
export interface OutcomeReading {
  readonly market: string | null
  readonly target: string | null
  readonly target_kind: TargetKind | null
  readonly side: Side | null
  /** The mean where it is a split line. */
  readonly line: number | null
  readonly line_split: readonly [number, number] | null
  /** The line was not sent but read from the key. */
  readonly line_derived: boolean
  /** American; null where suspended, and where anything of the outcome cannot be read. */
  readonly odds: number | null
  readonly link: string | null
  /** Why it cannot be read; undefined where it can. */
  readonly fault: string | undefined
}

/**
 * Reads one outcome. A field that was sent and cannot be read is null, and so is then the price: nobody knows what the
 * bet is. Total: never throws.
 *
 * @example
 * ```ts
 * import { readOutcome } from "@boltodds/protocol"
 *
 * const total = { odds: "-110", outcome_name: "Total", outcome_line: "8½", outcome_over_under: "O" }
 * readOutcome("O 8.5", total, null, null).line // 8.5
 * readOutcome("O 8.5", { ...total, outcome_line: "8½x" }, null, null).odds // null
 * ```
 */
export const readOutcome = (
  key: string,
  value: unknown,
  home: string | null,
  away: string | null,
): OutcomeReading => {
  const fault = outcomeFault(value)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { ...nothing, fault }
  const outcome = value as Record<string, unknown>
  const raw = outcome["outcome_line"]
  const market = nameOf(outcome["outcome_name"])
  const target = nameOf(outcome["outcome_target"])
  const side = parseSide(outcome["outcome_over_under"])
  const sent = parseLine(raw, side)
  const line = sent === null && !isSent(raw) ? deriveLine(key, market, target, [home, away]) : sent
  const odds = fault === undefined ? americanOdds(outcome["odds"]) : NaN
  const link = outcome["link"]
  return {
    market,
    target,
    target_kind: targetKind(target, home, away),
    side,
    line,
    line_split: sent === null ? null : parseLineSplit(raw),
    line_derived: sent === null && line !== null,
    odds: odds === odds ? odds : null,
    link: typeof link === "string" && link !== "" ? link : null,
    fault,
  }
}

const nameOf = (value: unknown): string | null => typeof value === "string" ? value : null

const nothing = {
  market: null,
  target: null,
  target_kind: null,
  side: null,
  line: null,
  line_split: null,
  line_derived: false,
  odds: null,
  link: null,
}
