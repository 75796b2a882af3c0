/** `NaN` and `Infinity`: Python writes them bare, and JSON does not have them. */
import { closingQuote, nestsBeyond } from "./elements.ts"

/** A text that would be JSON without its bare numbers, and what it holds. */
export interface NonFinite {
  /** JSON: each bare number stands in it as text (`"NaN"`). */
  readonly text: string
  /** The numbers are JavaScript's own: NaN, Infinity and -Infinity. */
  readonly value: unknown
}

const number = /[-+]?(?:nan|inf(?:inity)?)(?=\s*(?:[,\]}]|$))/iy

/** A message of 20,000 outcomes has no more. Each costs far more memory than its three letters. */
const mostNumbers = 50_000

/** `putNumbers` calls itself at each level; deeper than this nothing of the feed nests. */
const deepest = 200

/**
 * Reads a text that `JSON.parse` refuses because of bare `NaN`, `Infinity` or `-Infinity` (in any case, and `inf`).
 * Undefined where it holds none outside its strings, more than 50,000, or is not JSON for another reason too.
 *
 * Cheap on a text that only resembles one: the first letter or sign in a place where JSON has none ends the search.
 */
export const readNonFinite = (text: string): NonFinite | undefined => {
  if (!/nan|inf/i.test(text)) return undefined
  // What comes before the opening quote of each number, from the number before it on.
  const pieces: Array<string> = []
  let closed = ""
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
      continue
    }
    // N, n, I, i and the signs.
    if (code !== 0x4e && code !== 0x6e && code !== 0x49 && code !== 0x69 && code !== 0x2d && code !== 0x2b) continue
    if (isJson(text, index)) continue
    number.lastIndex = index
    if (!number.test(text) || pieces.length >= mostNumbers || !isValue(text, index)) return undefined
    pieces.push(closed + text.slice(from, index))
    from = number.lastIndex
    closed = `${text.slice(index, from)}"`
    index = from - 1
  }
  if (from === 0 || nestsBeyond(text, deepest)) return undefined
  pieces.push(closed + text.slice(from))
  try {
    return { text: pieces.join('"'), value: putNumbers(JSON.parse(pieces.join(`"${mark}`))) }
  } catch {
    // Broken in another way as well: the caller has the first reason.
    return undefined
  }
}

/** Whether the letter or sign at this index is one of JSON: the first of `null`, or before a digit. */
const isJson = (text: string, index: number): boolean => {
  const next = text.charCodeAt(index + 1)
  if (next >= 0x30 && next <= 0x39) return true
  // The `ull` of `null` has none of these letters.
  return next === 0x75 && text.startsWith("null", index)
}

/** Whether a value may begin at this index: after a colon, a comma or a bracket, or at the beginning. */
const isValue = (text: string, index: number): boolean => {
  let before = index - 1
  while (before >= 0 && text.charCodeAt(before) <= 0x20) before--
  const code = text.charCodeAt(before)
  return before < 0 || code === 0x3a || code === 0x2c || code === 0x5b
}

/** Begins the texts that stand for numbers while they are parsed. No text of the feed begins with it. */
const mark = "\\u0000number:"
const marked = "\u0000number:"

/** Puts numbers in place of the marked texts, as a reviver of `JSON.parse` would, in less time. */
const putNumbers = (value: unknown): unknown => {
  if (typeof value === "string") return value.startsWith(marked) ? numberOf(value) : value
  if (typeof value !== "object" || value === null) return value
  const fields = value as Record<string, unknown>
  for (const name in fields) {
    const field = fields[name]
    if (typeof field === "string") {
      if (field.startsWith(marked)) fields[name] = numberOf(field)
    } else if (typeof field === "object") putNumbers(field)
  }
  return value
}

/** Of `nan`, `inf` and `infinity` only the first ends in n. */
const numberOf = (text: string): number =>
  (text.charCodeAt(text.length - 1) | 0x20) === 0x6e
    ? NaN
    : text.charCodeAt(marked.length) === 0x2d
    ? -Infinity
    : Infinity
