/** Lone surrogates: half a character, which JSON can write and Unicode text cannot hold. */

/**
 * A JSON text in which each escape of a lone surrogate (`\ud83d` without its other half) is that of U+FFFD, as
 * `toWellFormed` does with strings. Everything else keeps its characters; most texts come back as they are.
 *
 * A name cut in the middle of an emoji holds one, and the sender's JSON is valid all the same. Other readers are not so
 * lenient: `jq` stops there.
 */
export const wellFormedEscapes = (text: string): string =>
  text.includes("\\u") && surrogate.test(text)
    ? text.replace(escape, (found) => isLone(found) ? "\\ufffd" : found)
    : text

const surrogate = /\\u[dD][89a-fA-F]/

/** One escape, or the two of a pair: every backslash of valid JSON begins one, so that an escaped one hides nothing. */
const escape = /\\(?:u[dD][89abAB][\dA-Fa-f]{2}(?:\\u[dD][c-fC-F][\dA-Fa-f]{2})?|u[dD][c-fC-F][\dA-Fa-f]{2}|[^])/g

const isLone = (found: string): boolean => found.length === 6

/** The beginning of a text: at most so many characters, and never half of one. */
export const excerpt = (text: string, chars: number): string => {
  if (text.length <= chars) return text
  const last = text.charCodeAt(chars - 1)
  return copyOf(text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars))
}

/** A text that does not hold on to the longer one which it is a part of, as engines have slices do. */
export const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string
