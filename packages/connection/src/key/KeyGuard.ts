/** Keeping the key out of frames: a server may repeat it anywhere, and frames are written on and recorded. */
import { messageLimits } from "@boltodds/protocol"
import { keyPattern } from "./scrubKey.ts"
import { blotOut, shortestKey, spellingsOf } from "./scrub.ts"

/** A shorter key may be a word or a number that stands in data. */
const longestWord = 15
const lossy = new TextDecoder()
const encoder = new TextEncoder()

/** Takes the key out of the frames of one connection. */
export class KeyGuard {
  readonly #secret: string
  readonly #onEcho: () => void
  /** As the key is, first; then other ways to spell it, in URLs and in JSON. */
  readonly #spellings: ReadonlyArray<string>
  readonly #bytes: ReadonlyArray<Uint8Array>
  readonly #escaped: RegExp
  #hasEchoed = false

  /** `onEcho` is called with the first frame that holds the key. A key of fewer than 8 characters is not searched for. */
  constructor(secret: string, onEcho: () => void = () => {}) {
    this.#secret = secret
    this.#onEcho = onEcho
    this.#spellings = secret.length < shortestKey ? [] : spellingsOf(secret)
    this.#bytes = this.#spellings.map((spelling) => encoder.encode(spelling))
    this.#escaped = keyPattern(secret)
  }

  /**
   * A frame without the key: the whole of it is searched, once, by the engine's own search. A frame without the key comes
   * back as it is. In data a key that may be a word or a number (up to 15 characters, not of letters and digits) is left.
   */
  clean(raw: string | Uint8Array): string | Uint8Array {
    if (!this.#holdsKey(raw)) return raw
    const text = typeof raw === "string" ? raw : lossy.decode(raw)
    if (!isDistinct(this.#secret) && text.includes('"outcomes"')) return raw
    if (!this.#hasEchoed) {
      this.#hasEchoed = true
      this.#onEcho()
    }
    const blotted = blotOut(text, this.#secret)
    const clean = blotted.includes("\\u00") ? blotted.replace(this.#escaped, "[redacted]") : blotted
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
    // Characters may be escaped one by one, as in `\u0073ecret`.
    if (!holdsEscape(searched)) return false
    this.#escaped.lastIndex = 0
    return this.#escaped.test(typeof raw === "string" ? raw : lossy.decode(raw))
  }
}

/** Long, or of letters and digits. */
const isDistinct = (secret: string): boolean =>
  secret.length > longestWord || (/\d/.test(secret) && /\p{L}/u.test(secret))

/**
 * A cleaned text as long as it was, by blanks at its end: a message that was too large and cut must stay too large, or it
 * would be read as one that broke off, and be about less than it may be about.
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

/** Bytes with a search of the engine for other bytes. */
interface Searchable {
  readonly indexOf: (bytes: Uint8Array) => number
}

interface Buffers {
  readonly isBuffer: (value: unknown) => boolean
  readonly from: (bytes: ArrayBufferLike, offset: number, length: number) => Searchable
}

/** The same bytes as a buffer of Node, Deno or Bun, which searches by itself; undefined where there is none. */
const searchable = (raw: Uint8Array): Searchable | undefined => {
  const { Buffer } = globalThis as { Buffer?: Buffers }
  if (Buffer === undefined) return undefined
  return Buffer.isBuffer(raw) ? raw as unknown as Searchable : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
}
