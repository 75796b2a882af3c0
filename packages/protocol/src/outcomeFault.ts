/** Why an outcome cannot be read. */
import { parseLine } from "./LineValue.ts"
import { americanOdds, parseOdds } from "./Odds.ts"
import { isSent } from "./plainText.ts"
import { parseSide } from "./Side.ts"
import { excerpt } from "./surrogates.ts"

/**
 * A value as text, to show it and to compare it with the next one: a string as it is, anything else as JSON (`NaN` as
 * `NaN`); at most 200 characters.
 */
export const rawText = (value: unknown): string => {
  if (typeof value === "string") return excerpt(value, 200)
  try {
    return excerpt(JSON.stringify(value, shown) ?? String(value), 200)
  } catch {
    // Nested too deep to be written: where it stood says the rest.
    return "(nested too deep to show)"
  }
}

/** JSON writes null for NaN and Infinity, which is not what was sent. */
const shown = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value

/**
 * Why one outcome cannot be read, or undefined where it can (a suspended one can). Total: never throws.
 *
 * Unreadable is what was sent and has no meaning: a price that is not American, a line or a side in words nobody knows,
 * and a field of a type it should not have. A field that was not sent (absent, null, empty) is not unreadable, but for
 * the price, which must be there. Several reasons are joined by `"; "`.
 */
export const outcomeFault = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return notAnOutcome
  const { odds, outcome_name, outcome_target, outcome_over_under, outcome_line } = value as Record<string, unknown>
  const side = parseSide(outcome_over_under)
  const found: Array<string> = []
  const add = (fault: string | undefined): void => void (fault !== undefined && found.push(fault))
  const price = americanOdds(odds)
  if (price !== price) add(oddsFault(odds))
  add(nameFault("outcome_name", outcome_name))
  add(nameFault("outcome_target", outcome_target))
  if (side === null) add(textFault("outcome_over_under", outcome_over_under, false))
  if (parseLine(outcome_line, side) === null) add(textFault("outcome_line", outcome_line, true))
  if (found.length < 2) return found[0]
  // What is wrong with the shape comes first: it says most.
  found.sort((one, other) => Number(other.startsWith(notAnOutcome)) - Number(one.startsWith(notAnOutcome)))
  return found.join("; ")
}

const notAnOutcome = "not the shape of an outcome"

const oddsFault = (odds: unknown): string | undefined => {
  if (odds !== undefined && odds !== null && typeof odds !== "string" && typeof odds !== "number") {
    return wrongType("odds", odds)
  }
  const parsed = parseOdds(odds)
  return parsed._tag === "Unreadable" ? parsed.reason : undefined
}

const nameFault = (field: string, value: unknown): string | undefined =>
  value === undefined || value === null || typeof value === "string" ? undefined : wrongType(field, value)

const textFault = (field: string, value: unknown, canBeNumber: boolean): string | undefined => {
  if (!isSent(value)) return undefined
  if (typeof value === "string") return `${field} cannot be read: ${JSON.stringify(excerpt(value, 40))}`
  return canBeNumber && typeof value === "number" ? `${field} cannot be read: ${value}` : wrongType(field, value)
}

const wrongType = (field: string, value: unknown): string => {
  const type = Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`
  return `${notAnOutcome}: ${field} is ${type}`
}
