/** The number a line is set at: the 1.5 of a spread, the 49.5 of a total. */
import { plainText } from "./plainText.ts"
import type { Side } from "./Side.ts"

/**
 * Parses a raw `outcome_line`, or gives null where there is none or it cannot be read. Total: never throws.
 *
 * Takes numbers and strings; `6.0`, `"6"` and `6` are one line. Of strings it reads what the trade writes: comma decimals
 * (`"-3,5"`), fractions (`"8½"`, `"-½"`, `"8 1/2"`), a split line (`"2.5/3"`, `"2.5, 3"`) as its mean, a pick'em (`"PK"`,
 * `"pick"`) as 0, a leading plus, full-width digits, and any dash for a minus. Source: PROTOCOL, "outcome_line".
 *
 * What can mean two things is not read: `"1,000"` (thousands or decimals), `"1/2"` (a half or a pair), `"EVEN"` (a price
 * or a line), `"-0/0.5"`, units (`"8.5 pts"`), `"25+"`. With a `side` a pick'em is not read either: no total is set at 0.
 *
 * @example
 * ```ts
 * import { parseLine } from "@boltodds/protocol"
 *
 * parseLine("-3,5") // -3.5
 * parseLine("8½") // 8.5
 * parseLine("2.5/3") // 2.75
 * parseLine("6.0") === parseLine(6) // true
 * parseLine("8.5 pts") // null
 * ```
 */
export const parseLine = (raw: unknown, side: Side | null = null): number | null => {
  if (typeof raw === "number") return Math.abs(raw) < 1e7 ? unsigned(raw) : null
  if (typeof raw !== "string" || raw.length > longest) return null
  const plain = plainLine(raw)
  if (plain === plain) return plain
  const text = plainText(raw)
  const single = singleLine(text)
  if (single !== null) return single
  if (pick.test(text)) return side === null ? 0 : null
  const split = splitLine(text)
  return split === null ? null : (split[0] + split[1]) / 2
}

/**
 * The two lines of a split (Asian, quarter) line, in the order in which they were sent: half the stake is on each. Null
 * for every other line; {@link parseLine} gives the mean.
 *
 * They are multiples of a half and half apart, written with a slash or a comma: `"2.5/3"`, `"2.5, 3"`, `"0/0.5"`,
 * `"-0.5/-1"`. A minus before the first holds for both where that alone makes sense: `"-0.5/1"` is -0.5 and -1.
 *
 * @example
 * ```ts
 * import { parseLineSplit } from "@boltodds/protocol"
 *
 * parseLineSplit("2.5, 3") // [2.5, 3]
 * parseLineSplit("2,5") // null: that is 2.5
 * ```
 */
export const parseLineSplit = (raw: unknown): readonly [number, number] | null => {
  if (typeof raw !== "string" || raw.length > longest) return null
  const text = plainText(raw)
  return singleLine(text) === null ? splitLine(text) : null
}

/** No line is longer; a hostile text could keep the patterns busy. */
const longest = 40

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

// A comma before three digits may separate thousands.
const number = /^[+-]?(?:\d{1,7}(?:\.\d{0,9}|,\d{1,2})?|[.,]\d{1,2})$/
const vulgar = /^([+-]?)(?:(\d{1,6})[ -]?)?([½¼¾])$/
// The first slash is the keyboard's, and needs a whole number before it; the second is Unicode's own for fractions.
const typed = /^([+-]?)(?:(\d{1,6})[ -](1\/2|1\/4|3\/4)|(?:(\d{1,6})[ -])?(1\u20442|1\u20444|3\u20444))$/
const pick = /^(?:pk|pck|pick(?:[ '\u2019-]{0,2}em)?)$/i

const parts: Readonly<Record<string, number>> = { "½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75 }

/** One number, whole, with decimals or with a fraction. */
const singleLine = (text: string): number | null => {
  if (number.test(text)) return unsigned(Number(text.replace(",", ".")))
  const match = vulgar.exec(text) ?? typed.exec(text)
  if (match === null) return null
  const whole = Number(match[2] ?? match[4] ?? 0)
  const part = parts[(match[3] ?? match[5])!.replace("\u2044", "/")]!
  return match[1] === "-" ? -(whole + part) : whole + part
}

const bySlash = /^([^/]+?) ?\/ ?([^/]+)$/
const byComma = /^(\S[^]*?), +(\S[^]*)$/
// Without a space only where the comma cannot be one of a number: the other part has a point, or a sign follows.
const byTightComma = /^([+-]?(?:0|[1-9]\d*)(?:\.\d+)?),([+-]?(?:0|[1-9]\d*)(?:\.\d+)?)$/

const splitLine = (text: string): readonly [number, number] | null => {
  const match = bySlash.exec(text) ?? byComma.exec(text) ?? tightPair(text)
  if (match === null) return null
  const first = singleLine(match[1]!)
  const second = singleLine(match[2]!)
  if (first === null || second === null || !isHalf(first) || !isHalf(second)) return null
  const asWritten = Math.abs(first - second) === 0.5
  // One minus for both: where a second reading fits as well, neither is certain.
  const shared = match[1]!.startsWith("-") && /^\d/.test(match[2]!) && second !== 0
  const asShared = shared && Math.abs(first + second) === 0.5
  if (asWritten === asShared) return null
  return [first, asShared ? -second : second]
}

const tightPair = (text: string): RegExpExecArray | null => {
  const match = byTightComma.exec(text)
  if (match === null) return null
  const second = match[2]!
  const isThousands = /^\d{3}(?:\.|$)/.test(second)
  return !isThousands && (text.includes(".") || !/^\d/.test(second)) ? match : null
}

const isHalf = (value: number): boolean => Number.isInteger(value * 2)

/** Minus zero is zero: a pick'em has one line. */
const unsigned = (value: number): number => value === 0 ? 0 : value

const spreads = /\bspreads?\b/i
const totals = /\btotals?\b/i

/**
 * The line of an outcome that was sent without one, read from its key; null where the key does not say it plainly.
 *
 * Only for spreads and totals: some sportsbooks send the main spread without a line while the key has it. The key must be
 * what it is about, a number and the market, in this order: `"New York Mets 1.5 Spread"`; in totals with a side before
 * the number: `"O 49.5 Total Points"`, `"Chicago Bears U 24.5 Team Total"`. A game's total may be labeled with a team
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
  const line = singleLine(plainText(rest))
  if (line === null || !Number.isInteger(line * 4) || Math.abs(line) >= 1000) return null
  return ofSpread || line > 0 ? line : null
}
