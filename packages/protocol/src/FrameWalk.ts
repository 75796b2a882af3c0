/** The elements of a large frame, found in its bytes. */
import { wideBlankAt } from "./blanks.ts"

/** The byte of `{`. */
export const openBrace = 0x7b
/** The byte of `[`. */
export const openBracket = 0x5b
/** The byte of `]`. */
export const closeBracket = 0x5d
/** The byte of `}`. */
export const closeBrace = 0x7d
/** The byte of `,`. */
export const comma = 0x2c
/** The byte of `"`. */
export const quote = 0x22
/** The byte of `\`. */
export const backslash = 0x5c

/** Walks the elements of a frame as `walkElements` does those of a text, and counts their values. */
export class FrameWalk {
  readonly #frame: Uint8Array
  #index: number
  /** Arrays that are open. */
  open = 0
  from = 0
  to = 0
  /** The `{`, `[` and `,` of the element. */
  values = 0
  /** Whether the element is an object with the text `"sportsbook"`, which all data has. */
  namesSportsbook = false

  constructor(frame: Uint8Array, start: number) {
    this.#frame = frame
    this.#index = start
  }

  next(): boolean {
    const frame = this.#frame
    let index = this.#index
    while (index < frame.length) {
      const byte = frame[index]!
      if (byte === openBracket) this.open++
      else if (byte === closeBracket && this.open > 0) this.open--
      else if (byte > 0x20 && byte !== comma) {
        const blank = byte > 0x7f ? wideBlankAt(frame, index) : 0
        if (blank > 0) {
          index += blank
          continue
        }
        this.from = index
        this.to = byte === openBrace ? this.#objectEnd(index) : this.#scalarEnd(index)
        this.#index = this.to
        return true
      }
      index++
    }
    this.#index = index
    return false
  }

  /** This loop runs over every byte of a large frame. */
  #objectEnd(from: number): number {
    const frame = this.#frame
    const { length } = frame
    let depth = 0
    let values = 0
    let index = from
    this.namesSportsbook = false
    for (; index < length; index++) {
      const byte = frame[index]!
      if (byte === quote) {
        const end = quoteEnd(frame, index)
        if (end - index === sportsbook.length + 1 && isSportsbook(frame, index + 1)) this.namesSportsbook = true
        index = end
      } else if (byte === comma) values++
      else if (byte === openBrace || byte === openBracket) {
        depth++
        values++
      } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        index++
        break
      }
    }
    this.values = values
    return Math.min(index, length)
  }

  /** What is neither an object nor within an array goes on to the end. It holds no values: at most one scalar is parsed. */
  #scalarEnd(from: number): number {
    const frame = this.#frame
    this.values = 0
    this.namesSportsbook = false
    if (this.open === 0) return frame.length
    for (let index = from; index < frame.length; index++) {
      const byte = frame[index]!
      if (byte === quote) index = quoteEnd(frame, index)
      else if (byte === comma || byte === closeBracket || byte === openBracket) return index
    }
    return frame.length
  }
}

const sportsbook = new TextEncoder().encode("sportsbook")

const isSportsbook = (frame: Uint8Array, from: number): boolean => {
  for (let index = 0; index < sportsbook.length; index++) {
    if (frame[from + index] !== sportsbook[index]) return false
  }
  return true
}

/** The quote that ends a text, or the end of the frame. */
const quoteEnd = (frame: Uint8Array, open: number): number => {
  let index = open + 1
  while (index < frame.length) {
    const byte = frame[index]!
    if (byte === quote) return index
    index += byte === backslash ? 2 : 1
  }
  return frame.length
}
