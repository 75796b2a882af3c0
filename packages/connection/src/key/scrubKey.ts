/** Taking the key out of text that was written before. */

/** What stands in place of the key. */
const redacted = "[redacted]"
/** How often a text may have been put into JSON within JSON, for the characters that JSON escapes: each doubles. */
const mostBackslashes = 8

/** A pattern that finds a key as it is, and as JSON (within JSON) and URLs escape it, character by character. */
export const keyPattern = (secret: string): RegExp => new RegExp([...secret].map(anySpelling).join(""), "g")

/**
 * A text without the key, in any spelling, and how often it stood there. For files that others are to see, such as a
 * recording of an older version; what is passed on by a session holds no key.
 *
 * Every occurrence is replaced, also in words and numbers that contain the key: for a key that is part of ordinary words
 * that is too much. Throws a `RangeError` for a key of fewer than 4 characters.
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
