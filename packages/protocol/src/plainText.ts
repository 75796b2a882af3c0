/** Texts that people typed, in one form, before a number or a time is read from them. */

const marks = /[\u200B-\u200F\u2060\uFEFF]/g
const dashes = /[\u2010-\u2015\u2212\uFE58\uFE63]/g
const fullWidth = /[\uFF01-\uFF5E]/g
const spaces = /\s+/g
const ascii = /^[\x21-\x7E]*$/

/**
 * A text without what only its typesetting adds: white space is folded and trimmed, invisible marks are removed, full-width
 * characters become ASCII, and every dash and minus (U+2010 to U+2015, U+2212, U+FE58, U+FE63) becomes `-`.
 *
 * Not Unicode's NFKC, which turns `8½` into `81⁄2` and `8²` into `82`. Digits of other scripts stay as they are.
 */
export const plainText = (raw: string): string =>
  ascii.test(raw) ? raw : raw.replace(marks, "")
    .replace(fullWidth, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(dashes, "-")
    .replace(/\uFE62/g, "+")
    .replace(spaces, " ")
    .trim()

/**
 * Whether a field holds anything: it is present and is not null, empty, blank, or `None` or `null` as text (the feed is
 * written in Python, and its null reaches the wire as text at times).
 */
export const isSent = (raw: unknown): boolean => {
  if (raw === null || raw === undefined || raw === "") return false
  if (typeof raw !== "string" || raw.length > 40) return true
  const text = raw.trim()
  return text !== "" && !(text.length === 4 && /^(?:none|null)$/i.test(text))
}
