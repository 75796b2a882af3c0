/** Keeping the key out of frames: a server may repeat it anywhere, and frames are written on and recorded. */
import { keyPattern } from "../scrubKey.ts"
import { blotOut, shortestKey, spellingsOf } from "./scrub.ts"

/** A shorter key may be a word or a number that stands in data. */
const longestWord = 15
const lossy = new TextDecoder()

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
    const encoder = new TextEncoder()
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
    const clean = blotOut(text, this.#secret)
    return clean.includes("\\u00") ? clean.replace(this.#escaped, "[redacted]") : clean
  }

  #holdsKey(raw: string | Uint8Array): boolean {
    if (typeof raw === "string") {
      for (let index = 0; index < this.#spellings.length; index++) {
        if (raw.includes(this.#spellings[index]!)) return true
      }
    } else {
      for (let index = 0; index < this.#bytes.length; index++) if (holds(raw, this.#bytes[index]!)) return true
    }
    // Characters may be escaped one by one, as in `\u0073ecret`.
    if (this.#spellings.length === 0 || !holdsEscape(raw)) return false
    this.#escaped.lastIndex = 0
    return this.#escaped.test(typeof raw === "string" ? raw : lossy.decode(raw))
  }
}

/** Long, or of letters and digits. */
const isDistinct = (secret: string): boolean =>
  secret.length > longestWord || (/\d/.test(secret) && /\p{L}/u.test(secret))

const backslashU = new TextEncoder().encode("\\u00")

const holdsEscape = (raw: string | Uint8Array): boolean =>
  typeof raw === "string" ? raw.includes("\\u00") : holds(raw, backslashU)

interface Searchable {
  readonly indexOf: (bytes: Uint8Array) => number
}

/** Node's, Deno's and Bun's buffers search by themselves; a plain array of bytes is searched as text. */
const holds = (raw: Uint8Array, bytes: Uint8Array): boolean => {
  const { Buffer } = globalThis as { Buffer?: { isBuffer: (value: unknown) => boolean } }
  return Buffer !== undefined && Buffer.isBuffer(raw)
    ? (raw as unknown as Searchable).indexOf(bytes) !== -1
    : lossy.decode(raw).includes(lossy.decode(bytes))
}
