/** American odds. */
import { plainText } from "./plainText.ts"

/**
 * What a raw price means.
 *
 * `priced` carries American odds as a number. `suspended` is the feed saying there is no price. `unreadable` is a
 * value that is not American odds: it must never be shown as a price.
 */
export type ParsedOdds =
  | { readonly _tag: "Priced"; readonly odds: number }
  | { readonly _tag: "Suspended" }
  | { readonly _tag: "Unreadable"; readonly reason: string }

const suspended: ParsedOdds = { _tag: "Suspended" }
// A price without a sign must be whole: "151.00" may be decimal odds, which are another price.
const american = /^(?:[+-]?[1-9]\d{2,6}|[+-][1-9]\d{2,6}\.\d{1,6})$/

const even = /^(?:ev|evs|evens?)$/i

/** No price is longer; a hostile text could keep the patterns busy. */
const longest = 40

/** A sign and three to five digits, as nearly every captured price is: read digit by digit. NaN for anything else. */
const plainOdds = (raw: string): number => {
  const { length } = raw
  if (length < 4 || length > 6) return NaN
  const sign = raw.charCodeAt(0)
  if (sign !== 0x2d && sign !== 0x2b) return NaN
  let value = 0
  for (let index = 1; index < length; index++) {
    const digit = raw.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return value < 100 || raw.charCodeAt(1) === 0x30 ? NaN : sign === 0x2d ? -value : value
}

/**
 * American odds of a raw `odds` value, or NaN where it is no price. The hot path's form of {@link parseOdds}: a price
 * is a number, everything else is NaN and {@link parseOdds} says which kind.
 */
export const americanOdds = (raw: unknown): number => {
  if (typeof raw === "string") {
    const plain = plainOdds(raw)
    if (plain === plain) return plain
    if (raw.length > longest) return NaN
    const text = plainText(raw)
    return american.test(text) ? Number(text) : even.test(text) ? 100 : NaN
  }
  if (typeof raw !== "number" || !(Math.abs(raw) >= 100 && Math.abs(raw) < 1e7)) return NaN
  return raw < 0 || Number.isInteger(raw) ? raw : NaN
}

/** Whether a raw `odds` value says "no price now": null, an empty or blank string, or `None` or `null` as text. */
export const isSuspended = (raw: unknown): boolean => {
  if (raw === null || raw === "") return true
  if (typeof raw !== "string") return false
  const text = raw.trim()
  return text === "" || (text.length === 4 && /^(?:none|null)$/i.test(text))
}

/**
 * Parses a raw `odds` value. Total: never throws.
 *
 * Lenient as the feed needs (PROTOCOL, "odds"): a string or a number, full-width digits, any dash for a minus, decimals
 * (`"-110.0"`), `"EVEN"` and `"EV"` as +100, `"None"`.
 * Strict where money is at stake: 0, |odds| < 100, more than seven digits, decimal odds (so also any fraction without a
 * sign: `"151.00"`), an absent field and anything else are `Unreadable`, with the reason.
 *
 * @example
 * ```ts
 * import { parseOdds } from "@boltodds/protocol"
 *
 * parseOdds("+100") // { _tag: "Priced", odds: 100 }
 * parseOdds("") // { _tag: "Suspended" }
 * parseOdds("1.91") // { _tag: "Unreadable", reason: "…" }
 * ```
 */
export const parseOdds = (raw: unknown): ParsedOdds => {
  const odds = americanOdds(raw)
  if (odds === odds) return { _tag: "Priced", odds }
  if (isSuspended(raw)) return suspended
  return { _tag: "Unreadable", reason: `odds are not American: ${shown(raw)}` }
}

const shown = (raw: unknown): string => {
  if (raw === undefined) return "the field is missing"
  if (typeof raw === "string") return JSON.stringify(raw.length > 40 ? raw.slice(0, 40) + "…" : raw)
  return typeof raw === "object" ? (Array.isArray(raw) ? "an array" : "an object") : String(raw)
}
