/** The number a line is set at: the 1.5 of a spread, the 49.5 of a total. */

/**
 * Parses a raw `outcome_line`, or gives null where there is none. Total: never throws.
 *
 * Takes numbers and strings, comma decimals (`"-3,5"`), a Unicode minus and a leading plus. `6.0`, `"6"` and `6` are
 * one line. Source: PROTOCOL, "outcome_line".
 */
export const parseLine = (raw: unknown): number | null => {
  if (typeof raw === "number") return Number.isFinite(raw) ? unsigned(raw) : null
  if (typeof raw !== "string") return null
  const text = raw.trim().replace(/^[\u2212\u2012\u2013\uFE63\uFF0D]/, "-").replace(/^\uFF0B/, "+").replace(",", ".")
  return /^[+-]?(?:\d{1,7}(?:\.\d*)?|\.\d+)$/.test(text) ? unsigned(Number(text)) : null
}

/** Minus zero is zero: a pick'em has one line. */
const unsigned = (value: number): number => value === 0 ? 0 : value

const marketWithLine = /\b(spreads?|totals?)\b/i

/**
 * The line of an outcome that carries none, read from its key; null where the key does not say it plainly.
 *
 * Only for spreads and totals (some books send the main spread without a line while the key has it), and only when
 * what is left of the key after target, market and side is exactly one number. Everywhere else a key is a label
 * without meaning. Source: PROTOCOL, "outcome_line" and "the key in `outcomes`".
 */
export const deriveLine = (key: string, market: string | null, target: string | null): number | null => {
  if (market === null || !marketWithLine.test(market)) return null
  let rest = key.trim()
  if (target !== null && target !== "" && rest.startsWith(target)) rest = rest.slice(target.length).trim()
  if (rest.endsWith(market)) rest = rest.slice(0, -market.length).trim()
  rest = rest.replace(/^(?:over|under|o|u)\b\s*/i, "")
  return parseLine(rest)
}
