/** Words as tokens of a subject: any text becomes one token, and different texts become different tokens. */

/** A longer token is cut, and ends with a hash of the whole text. In bytes. */
const longest = 180
const encoder = new TextEncoder()
const plain = /^[A-Za-z0-9_-]+$/

/**
 * A text as one token of a subject: letters, digits, `_` and `-` as they are, each other byte of its UTF-8 as `=` and two
 * hexadecimal digits. The empty text is `=`. Case counts, as in names of the feed.
 *
 * A token of more than 180 bytes is cut, and `==` with 16 hexadecimal digits of a hash of the text follows: it can no
 * longer be read back.
 *
 * @example
 * ```ts
 * import { tokenOf } from "@boltodds/nats"
 *
 * console.log(tokenOf("Red Sox @ Yankees")) // Red=20Sox=20=40=20Yankees
 * ```
 */
export const tokenOf = (text: string): string => {
  if (text.length <= longest && plain.test(text)) return text
  if (text === "") return "="
  let token = ""
  for (const byte of encoder.encode(text)) token += escapes[byte]!
  if (token.length <= longest) return token
  // Not in the middle of an escape.
  const cut = token.slice(0, longest).replace(/=[\dA-F]?$/, "")
  return `${cut}==${hash(text)}`
}

const escapes: ReadonlyArray<string> = Array.from(
  { length: 256 },
  (_, byte) => {
    const character = String.fromCharCode(byte)
    return plain.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`
  },
)

/** The text of a token; undefined for a token that was cut, and for a text that {@link tokenOf} does not make. */
export const textOf = (token: string): string | undefined => {
  if (token === "=") return ""
  if (!/^(?:[A-Za-z0-9_-]|=[\dA-F]{2})+$/.test(token)) return undefined
  try {
    return decodeURIComponent(token.replaceAll("=", "%"))
  } catch {
    // The bytes are not UTF-8: no text has this token.
    return undefined
  }
}

const mask = (1n << 64n) - 1n

/** FNV-1a, 64 bits. */
const hash = (text: string): string => {
  let value = 0xcbf29ce484222325n
  for (const byte of encoder.encode(text)) {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & mask
  }
  return value.toString(16).toUpperCase().padStart(16, "0")
}
