/** `NaN` and `Infinity`: Python writes them bare, and JSON does not have them. */
import { closingQuote, nestsBeyond } from "./elements.ts"

/** A text that would be JSON without its bare numbers, and what it holds. */
export interface NonFinite {
  /** JSON: each bare number stands in it as text (`"NaN"`). */
  readonly text: string
  /** The numbers are JavaScript's own: NaN, Infinity and -Infinity. */
  readonly value: unknown
}

const token = /[-+]?(?:nan|inf(?:inity)?)(?![\w"])(?!\s*:)/iy

/** A message of 20,000 outcomes has no more. Each costs far more memory than its three letters. */
const mostNumbers = 50_000

/** Reviving calls itself at each level; deeper than this nothing of the feed nests. */
const deepest = 200

/**
 * Reads a text that `JSON.parse` refuses because of bare `NaN`, `Infinity` or `-Infinity` (in any case, and `inf`).
 * Undefined where it holds none outside its strings, more than 50,000, or is not JSON for another reason too.
 */
export const readNonFinite = (text: string): NonFinite | undefined => {
  if (!/nan|inf/i.test(text)) return undefined
  const quoted: Array<string> = []
  const marked: Array<string> = []
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
      continue
    }
    // N, n, I, i and the signs.
    if (code !== 0x4e && code !== 0x6e && code !== 0x49 && code !== 0x69 && code !== 0x2d && code !== 0x2b) continue
    token.lastIndex = index
    const found = token.exec(text)?.[0]
    if (found === undefined) continue
    if (quoted.length >= 2 * mostNumbers) return undefined
    const before = text.slice(from, index)
    quoted.push(before, `"${found}"`)
    marked.push(before, `"${mark}${found}"`)
    from = index + found.length
    index = from - 1
  }
  if (from === 0 || nestsBeyond(text, deepest)) return undefined
  const rest = text.slice(from)
  try {
    return { text: quoted.join("") + rest, value: JSON.parse(marked.join("") + rest, revive) }
  } catch {
    // Broken in another way as well: the caller has the first reason.
    return undefined
  }
}

/** Begins the texts that stand for numbers while they are parsed. No text of the feed begins with it. */
const mark = "\\u0000number:"
const marked = "\u0000number:"

const revive = (_: string, value: unknown): unknown =>
  typeof value === "string" && value.startsWith(marked) ? numberOf(value.slice(marked.length)) : value

const numberOf = (text: string): number => /nan/i.test(text) ? NaN : text.startsWith("-") ? -Infinity : Infinity
