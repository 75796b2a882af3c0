/** Words as tokens of a subject: any text becomes one token, and different texts become different tokens. */

/** A longer token is cut, and ends with a hash of the whole text. In bytes. */
const longest = 180
const encoder = new TextEncoder()
const plain = /^[A-Za-z0-9_-]+$/

/**
 * A text as one token of a subject: letters, digits, `_` and `-` as they are, each other byte of its UTF-8 as `=` and two
 * hexadecimal digits. The empty text is `=`. Case counts, as in names of the feed. Half a character (a lone surrogate, which
 * UTF-8 cannot hold) is as three bytes, as WTF-8 has it: two names that differ in it have two tokens.
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
  for (const byte of bytesOf(text)) token += escapes[byte]!
  if (token.length <= longest) return token
  // Not in the middle of an escape.
  const cut = token.slice(0, longest).replace(/=[\dA-F]?$/, "")
  return `${cut}==${hash(text)}`
}

/** UTF-8, and for half a character what WTF-8 has: its number in three bytes. */
const bytesOf = (text: string): Iterable<number> => text.isWellFormed() ? encoder.encode(text) : bytesWithHalves(text)

function* bytesWithHalves(text: string): Generator<number> {
  for (const character of text) {
    if (character.isWellFormed()) yield* encoder.encode(character)
    else {
      const code = character.charCodeAt(0)
      yield* [0xe0 | code >> 12, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f]
    }
  }
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
    // Half a character is no UTF-8. Two halves that follow each other are one character, which has another token.
    const pieces = token.split(half)
    const text = pieces.map((piece, index) =>
      index % 2 === 1 ? halfOf(piece) : decodeURIComponent(piece.replaceAll("=", "%"))
    )
      .join("")
    return tokenOf(text) === token ? text : undefined
  } catch {
    // The bytes are not UTF-8: no text has this token.
    return undefined
  }
}

/** The three bytes of a lone surrogate. */
const half = /(=ED=[AB][\dA-F]=[89AB][\dA-F])/

const halfOf = (token: string): string => {
  const [first = 0, second = 0, third = 0] = token.split("=").slice(1).map((digits) => Number.parseInt(digits, 16))
  return String.fromCharCode((first & 0xf) << 12 | (second & 0x3f) << 6 | third & 0x3f)
}

const mask = (1n << 64n) - 1n

/** FNV-1a, 64 bits. */
const hash = (text: string): string => {
  let value = 0xcbf29ce484222325n
  for (const byte of bytesOf(text)) {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & mask
  }
  return value.toString(16).toUpperCase().padStart(16, "0")
}
