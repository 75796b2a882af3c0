/** Lone surrogates: half a character, which JSON can write and Unicode text cannot hold. */

/**
 * A JSON text in which each escape of a lone surrogate (`\ud83d` without its other half) is that of U+FFFD, as
 * `toWellFormed` does with strings. Everything else keeps its characters; most texts come back as they are.
 *
 * A name cut in the middle of an emoji holds one, and the sender's JSON is valid all the same. Other readers are not so
 * lenient: `jq` stops there.
 */
export const wellFormedEscapes = (text: string): string => {
  if (!text.includes("\\u") || !surrogate.test(text)) return text
  const pieces: Array<string> = []
  let from = 0
  // Every backslash of valid JSON begins an escape, so that an escaped one hides nothing.
  for (let index = text.indexOf("\\"); index !== -1; index = text.indexOf("\\", index)) {
    const half = halfAt(text, index)
    if (half === undefined) index += 2
    else if (half === "high" && halfAt(text, index + escapeLength) === "low") index += 2 * escapeLength
    else {
      pieces.push(text.slice(from, index))
      from = index + escapeLength
      index = from
    }
  }
  if (from === 0) return text
  pieces.push(text.slice(from))
  return pieces.join("\\ufffd")
}

const surrogate = /\\u[dD][89a-fA-F]/
const escapeLength = 6

/** Which half of a character the escape at this index is; undefined where there is no such escape. */
const halfAt = (text: string, index: number): "high" | "low" | undefined => {
  if (text.charCodeAt(index) !== 0x5c || text.charCodeAt(index + 1) !== 0x75) return undefined
  if ((text.charCodeAt(index + 2) | 0x20) !== 0x64) return undefined
  const third = digitAt(text, index + 3)
  if (third < 8 || digitAt(text, index + 4) < 0 || digitAt(text, index + 5) < 0) return undefined
  return third < 0xc ? "high" : "low"
}

/** The hexadecimal digit at this index; -1 where there is none. */
const digitAt = (text: string, index: number): number => {
  const code = text.charCodeAt(index)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** The beginning of a text: at most so many characters, and never half of one. */
export const excerpt = (text: string, chars: number): string => {
  if (text.length <= chars) return text
  const last = text.charCodeAt(chars - 1)
  return copyOf(text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars))
}

/** A text that does not hold on to the longer one which it is a part of, as engines have slices do. */
export const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string
