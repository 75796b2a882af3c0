/** The number a line is set at: the 1.5 of a spread, the 49.5 of a total. */

/**
 * Parses a raw `outcome_line`, or gives null where there is none. Total: never throws.
 *
 * Takes numbers and strings, comma decimals (`"-3,5"`), a Unicode minus and a leading plus. `6.0`, `"6"` and `6` are
 * one line. A comma before three digits may separate thousands, so `"1,000"` is not read. Source: PROTOCOL,
 * "outcome_line".
 *
 * @example
 * ```ts
 * import { parseLine } from "@boltodds/protocol"
 *
 * parseLine("-3,5") // -3.5
 * parseLine("6.0") === parseLine(6) // true
 * parseLine("pick") // null
 * ```
 */
export const parseLine = (raw: unknown): number | null => {
  if (typeof raw === "number") return Math.abs(raw) < 1e7 ? unsigned(raw) : null
  if (typeof raw !== "string") return null
  const plain = plainLine(raw)
  if (plain === plain) return plain
  const text = raw.trim().replace(/^[\u2212\u2012\u2013\uFE63\uFF0D]/, "-").replace(/^\uFF0B/, "+")
  if (!number.test(text)) return null
  return unsigned(Number(text.replace(",", ".")))
}

/**
 * Whether an `outcome_line` was not sent at all: absent, null or empty. Only then may the key speak for it; one that was
 * sent and cannot be read is not known, whatever the key says.
 */
export const isLineMissing = (raw: unknown): boolean => raw === null || raw === undefined || raw === ""

/** An optional minus, up to six digits and at most one decimal: read digit by digit. NaN for anything else. */
const plainLine = (raw: string): number => {
  const { length } = raw
  const negative = raw.charCodeAt(0) === 0x2d
  const first = negative ? 1 : 0
  if (length === first || length > 8) return NaN
  let value = 0
  for (let index = first; index < length; index++) {
    const code = raw.charCodeAt(index)
    if (code === 0x2e && index > first && index === length - 2) {
      const decimal = raw.charCodeAt(index + 1) - 0x30
      if (decimal < 0 || decimal > 9) return NaN
      value = (value * 10 + decimal) / 10
      break
    }
    const digit = code - 0x30
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return negative && value !== 0 ? -value : value
}

const number = /^[+-]?(?:\d{1,7}(?:\.\d{0,9}|,\d{1,2})?|[.,]\d{1,2})$/

/** Minus zero is zero: a pick'em has one line. */
const unsigned = (value: number): number => value === 0 ? 0 : value

const spreads = /\bspreads?\b/i
const totals = /\btotals?\b/i

/**
 * The line of an outcome that was sent without one, read from its key; null where the key does not say it plainly.
 *
 * Only for spreads and totals: some books send the main spread without a line while the key has it. The key must be
 * what it is about, a number and the market, in this order: `"New York Mets 1.5 Spread"`; in totals with a side before
 * the number: `"O 49.5 Total Points"`, `"Chicago Bears U 24.5 Team Total"`. A game's total may be labelled with a team
 * (`"Philadelphia Phillies O 8.5"`, no target): name the `teams` of the game to have it read. The number must be a
 * multiple of a quarter. Everywhere else a key is a label without meaning. Source: PROTOCOL, "outcome_line" and "the
 * key in `outcomes`".
 *
 * @example
 * ```ts
 * import { deriveLine } from "@boltodds/protocol"
 *
 * deriveLine("Philadelphia 76ers 1.5 Spread", "Spread", "Philadelphia 76ers") // 1.5
 * deriveLine("Philadelphia 76ers Moneyline", "Moneyline", "Philadelphia 76ers") // null
 * ```
 */
export const deriveLine = (
  key: string,
  market: string | null,
  target: string | null,
  teams: ReadonlyArray<string | null> = [],
): number | null => {
  if (market === null) return null
  const ofSpread = spreads.test(market)
  if (ofSpread === totals.test(market)) return null
  const about = target === null || target === "" ? teams : [target]
  let subject: string | null = null
  for (const name of about) {
    // The longest that fits: one team's name may begin another's.
    if (name !== null && name !== "" && name.length > (subject?.length ?? 0) && key.startsWith(`${name} `)) {
      subject = name
    }
  }
  // A spread belongs to somebody; so does the total of an outcome that has a target.
  if (subject === null && (ofSpread || (target !== null && target !== ""))) return null
  let rest = subject === null ? key : key.slice(subject.length)
  if (rest.endsWith(` ${market}`)) rest = rest.slice(0, -market.length)
  rest = rest.trim()
  if (!ofSpread) {
    const side = /^(?:over|under|o|u)\s+/i.exec(rest)
    if (side === null) return null
    rest = rest.slice(side[0].length)
  }
  const line = parseLine(rest)
  if (line === null || !Number.isInteger(line * 4) || Math.abs(line) >= 1000) return null
  return ofSpread || line > 0 ? line : null
}
