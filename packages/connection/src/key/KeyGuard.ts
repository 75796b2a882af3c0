/** Removal of the key from frames: a server may repeat it anywhere, and frames are recorded and passed on. */
import { messageLimits } from "@boltodds/protocol"
import { keyPattern } from "./scrubKey.ts"
import { redact, shortestKey, spellingsOf } from "./scrub.ts"

/** A key up to this long may be a word or a number that occurs in data. In characters. */
const longestWord = 15
const lossy = new TextDecoder()
const encoder = new TextEncoder()

/** Removes the key from the frames of one connection. */
export class KeyGuard {
  readonly #secret: string
  readonly #onEcho: () => void
  /** The plain key first, then its spellings in URLs and JSON. */
  readonly #spellings: ReadonlyArray<string>
  readonly #bytes: ReadonlyArray<Uint8Array>
  readonly #escaped: RegExp
  #hasEchoed = false

  /** `onEcho` is called once, at the first frame that contains the key. A key of fewer than 8 characters is not removed. */
  constructor(secret: string, onEcho: () => void = () => {}) {
    this.#secret = secret
    this.#onEcho = onEcho
    this.#spellings = secret.length < shortestKey ? [] : spellingsOf(secret)
    this.#bytes = this.#spellings.map((spelling) => encoder.encode(spelling))
    this.#escaped = keyPattern(secret)
  }

  /**
   * Returns a frame without the key: the same object if it does not contain the key. The whole frame is searched, with the
   * engine's own search. In data, a key that may be a word or a number stays: up to 15 characters, and not a mix of
   * letters and digits.
   */
  clean(raw: string | Uint8Array): string | Uint8Array {
    if (!this.#holdsKey(raw)) return raw
    const text = typeof raw === "string" ? raw : lossy.decode(raw)
    if (!isDistinct(this.#secret) && text.includes('"outcomes"')) return raw
    if (!this.#hasEchoed) {
      this.#hasEchoed = true
      this.#onEcho()
    }
    const redacted = redact(text, this.#secret)
    const clean = redacted.includes("\\u00") ? redacted.replace(this.#escaped, "[redacted]") : redacted
    // A character takes at most three bytes.
    return 3 * raw.length > messageLimits.messageBytes ? asLong(clean, raw) : clean
  }

  #holdsKey(raw: string | Uint8Array): boolean {
    if (this.#spellings.length === 0) return false
    const searched = typeof raw === "string" ? raw : searchable(raw) ?? lossy.decode(raw)
    if (typeof searched === "string") {
      for (let index = 0; index < this.#spellings.length; index++) {
        if (searched.includes(this.#spellings[index]!)) return true
      }
    } else {
      for (let index = 0; index < this.#bytes.length; index++) {
        if (searched.indexOf(this.#bytes[index]!) !== -1) return true
      }
    }
    // Single characters may be escaped, as in `\u0073ecret`.
    if (!holdsEscape(searched)) return false
    this.#escaped.lastIndex = 0
    return this.#escaped.test(typeof raw === "string" ? raw : lossy.decode(raw))
  }
}

/** Whether a key is long, or a mix of letters and digits. */
const isDistinct = (secret: string): boolean =>
  secret.length > longestWord || (/\d/.test(secret) && /\p{L}/u.test(secret))

/**
 * Pads a cleaned text with blanks to its length before. A message above the size limit must stay above it: otherwise it
 * would be read as a truncated one, with a scope that may be too small.
 */
const asLong = (clean: string, raw: string | Uint8Array): string => {
  const missing = bytesIn(raw) - bytesIn(clean)
  return missing > 0 ? clean + " ".repeat(missing) : clean
}

const bytesIn = (raw: string | Uint8Array): number => typeof raw === "string" ? encoder.encode(raw).length : raw.length

const escaped = "\\u00"
const escapedBytes = encoder.encode(escaped)

const holdsEscape = (raw: string | Searchable): boolean =>
  typeof raw === "string" ? raw.includes(escaped) : raw.indexOf(escapedBytes) !== -1

/** Bytes that the engine can search for other bytes. */
interface Searchable {
  readonly indexOf: (bytes: Uint8Array) => number
}

interface Buffers {
  readonly isBuffer: (value: unknown) => boolean
  readonly from: (bytes: ArrayBufferLike, offset: number, length: number) => Searchable
}

/** The same bytes as a `Buffer` of Node, Deno or Bun, which has a search. Undefined in a browser. */
const searchable = (raw: Uint8Array): Searchable | undefined => {
  const { Buffer } = globalThis as { Buffer?: Buffers }
  if (Buffer === undefined) return undefined
  return Buffer.isBuffer(raw) ? raw as unknown as Searchable : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
}
