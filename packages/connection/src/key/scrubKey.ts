/** Removal of the key from files. */

const redacted = "[redacted]"
/** Each level of JSON within JSON doubles the backslashes of an escaped character: this allows three levels. */
const mostBackslashes = 8

/** A pattern that finds a key in plain text, JSON (within JSON) and URLs, whichever of its characters are escaped. */
export const keyPattern = (secret: string): RegExp => new RegExp([...secret].map(anySpelling).join(""), "g")

/**
 * Replaces the key in a text, in any spelling, with `[redacted]`, and counts the replacements. Use it for files that you
 * pass on, such as a recording of an older version. The events of a session contain no key.
 *
 * Every occurrence is replaced, also within longer words and numbers: a key that is part of ordinary words damages them.
 * Throws a `RangeError` for a key of fewer than 4 characters.
 *
 * @example
 * ```ts
 * import { scrubKey } from "@boltodds/connection"
 *
 * scrubKey('{"url":"wss://feed.example/api?key=abc%2Fdef"}', "abc/def") // key=[redacted], count 1
 * ```
 */
export const scrubKey = (text: string, secret: string): { readonly text: string; readonly count: number } => {
  if (secret.length < shortest) {
    throw new RangeError(`Cannot search for the key: it has fewer than ${shortest} characters`)
  }
  let count = 0
  const clean = text.replace(keyPattern(secret), () => {
    count++
    return redacted
  })
  return { text: clean, count }
}

const shortest = 4
const encoder = new TextEncoder()

const anySpelling = (char: string): string => {
  const plain = char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
  const ways = [isEscapedInJson.test(char) ? `\\\\{0,${mostBackslashes}}${plain}` : plain]
  const units = char.split("").map((unit) => anyCase(unit.charCodeAt(0).toString(16).padStart(4, "0")))
  ways.push(units.map((digits) => `\\\\{1,${mostBackslashes}}u${digits}`).join(""))
  ways.push([...encoder.encode(char)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`).join(""))
  if (char === " ") ways.push("\\+")
  return `(?:${ways.join("|")})`
}

const isEscapedInJson = /["\\/]/

const anyCase = (digits: string): string => digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
