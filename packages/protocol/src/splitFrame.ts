/** Dividing a large frame between its messages, in bytes: nothing is parsed. */
import { lastNoBlank, skipBlanks, wideBlankAt } from "./blanks.ts"
import { salvageScope } from "./salvage.ts"
import type { Scope } from "./Item.ts"
import { type FrameBound, restText } from "./frameBound.ts"
import { type MessageLimits, messageLimits } from "./messageLimits.ts"

/**
 * A frame as frames that are each small enough to decode at once, in order: together they hold the same messages.
 *
 * A frame within `messageLimits.wholeFrame` comes back as it is. A larger one is cut between its messages, arrays within
 * arrays included. Works on broken frames too: an array that is not closed is not closed in its last piece.
 *
 * A message that is too large to be read (`messageLimits.messageBytes`) is kept as far as that bound, so that a recording
 * of the frame stays readable. It decodes to the same item as the whole: that it was too large, and what it is about.
 *
 * The rest of a frame beyond `frameMessages`, `frameOthers` or `frameValues` is left out. In its place stands a last piece
 * such as `[,,"frame_others",59960001`: the bound, and how many bytes were left out. It decodes to one quarantined item
 * that touches the session. Readers of older versions take it for an array that is not closed, which touches the session
 * too.
 *
 * @example
 * ```ts
 * import { decodeFrame, splitFrame } from "@boltodds/protocol"
 *
 * const message = JSON.stringify({ action: "new_thing", text: "x".repeat(100) })
 * const burst = `[${Array.from({ length: 5_000 }, () => message).join(",")}]`
 * console.log(splitFrame(burst).flatMap(decodeFrame).length) // 5000
 * ```
 */
export const splitFrame = (raw: string | Uint8Array): ReadonlyArray<string | Uint8Array> => {
  if (raw.length <= messageLimits.wholeFrame) return [raw]
  const pieces = [...piecesOf(bytesOf(raw), messageLimits)].map(({ bytes, beyond }) =>
    beyond === "messageBytes" ? cutTo(bytes, messageLimits.messageBytes) : bytes
  )
  return pieces.length === 1 && pieces[0]!.length >= raw.length ? [raw] : pieces
}

/** A part of a frame that can be decoded by itself. */
export interface Piece {
  readonly bytes: Uint8Array
  /** Where it is one message beyond a bound: which. */
  readonly beyond?: "messageBytes" | "messageValues"
  /** Where it stands for the rest of a frame beyond a bound: which. */
  readonly restBeyond?: FrameBound
}

const encoder = new TextEncoder()

/** A frame in UTF-8. */
export const bytesOf = (raw: string | Uint8Array): Uint8Array => typeof raw === "string" ? encoder.encode(raw) : raw

const openBrace = 0x7b
const openBracket = 0x5b
const closeBracket = 0x5d
const closeBrace = 0x7d
const comma = 0x2c
const quote = 0x22
const backslash = 0x5c

/** The pieces of a frame. */
export function* piecesOf(frame: Uint8Array, limits: MessageLimits): Generator<Piece, void> {
  const first = skipBlanks(frame, 0)
  // Not JSON of the feed, or not in UTF-8: nothing in it can be told apart, and nothing but a scalar can be parsed.
  const isWhole = (frame[first] !== openBracket && frame[first] !== openBrace) || frame[0] === 0 || frame[1] === 0
  if (isWhole) {
    yield frame.length > limits.messageBytes ? { bytes: frame, beyond: "messageBytes" } : { bytes: frame }
    return
  }
  const piece = new PieceWriter(frame)
  const walk = new Walk(frame, first)
  const count = new FrameCount(limits)
  let hasCome = false
  while (walk.next()) {
    const { from, to, values } = walk
    const isMessage = frame[from] === openBrace
    const beyond = to - from > limits.messageBytes
      ? "messageBytes"
      : to - from > limits.wholeFrame && values > limits.messageValues
      ? "messageValues"
      : undefined
    const bound = count.add(walk, beyond === undefined ? values : 0)
    if (bound !== undefined) {
      if (!piece.isEmpty) yield { bytes: piece.take(true) }
      yield { bytes: encoder.encode(restText(bound, frame.length - from)), restBeyond: bound }
      return
    }
    // What is neither an object nor within an array is the rest of the frame.
    const isAlone = beyond !== undefined || to - from + 2 > limits.wholeFrame || (!isMessage && walk.open === 0)
    const isFull = piece.length + to - from + 3 + longestGap > limits.wholeFrame ||
      piece.values + values > limits.pieceValues
    if (!piece.isEmpty && (isAlone || isFull)) {
      yield { bytes: piece.take(true) }
      hasCome = true
    }
    if (isAlone) {
      const bytes = frame.subarray(from, to)
      yield beyond === undefined ? { bytes } : { bytes, beyond }
      hasCome = true
    } else piece.add(from, to, values)
  }
  // As for whole frames: a last bracket behind all elements ends them, although more arrays are open.
  const isClosed = walk.open === 0 || (walk.to < frame.length && frame[lastNoBlank(frame)] === closeBracket)
  if (isClosed) {
    if (!piece.isEmpty) yield { bytes: piece.take(true) }
  } else yield { bytes: piece.take(false, hasCome) }
}

/** Counts what the elements of a frame cost their reader, against the bounds on a whole frame. */
class FrameCount {
  readonly #limits: MessageLimits
  #messages = 0
  #others = 0
  #values = 0

  constructor(limits: MessageLimits) {
    this.#limits = limits
  }

  /** Adds an element, with the values to parse. Returns the bound that it is beyond: nothing from there on is read. */
  add(element: Walk, values: number): FrameBound | undefined {
    const { frameMessages, frameOthers, frameValues, bytesPerMessage, bytesPerValue } = this.#limits
    this.#messages++
    this.#values += values
    if (!element.namesSportsbook && ++this.#others > frameOthers) return "frameOthers"
    if (this.#messages > Math.max(frameMessages, element.to / bytesPerMessage)) return "frameMessages"
    return this.#values > Math.max(frameValues, element.to / bytesPerValue) ? "frameValues" : undefined
  }
}

/** Puts elements into one array. */
class PieceWriter {
  readonly #frame: Uint8Array
  /** Where the elements begin and end; neighbors are one range. */
  #ranges: Array<number> = []
  length = 0
  values = 0

  constructor(frame: Uint8Array) {
    this.#frame = frame
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  add(from: number, to: number, values: number): void {
    const last = this.#ranges.length - 1
    if (last > 0 && isGap(this.#frame, this.#ranges[last]!, from)) {
      this.length += to - this.#ranges[last]!
      this.#ranges[last] = to
    } else {
      this.#ranges.push(from, to)
      this.length += to - from + 1
    }
    this.values += values + 1
  }

  /** The piece, and an empty one from then on. One that goes on where another ended, unclosed, begins with a comma. */
  take(isClosed: boolean, hasCome = false): Uint8Array {
    const ranges = this.#ranges
    const bytes = new Uint8Array(this.length + 3)
    let length = 0
    bytes[length++] = openBracket
    if (hasCome) bytes[length++] = comma
    for (let index = 0; index < ranges.length; index += 2) {
      if (index > 0) bytes[length++] = comma
      bytes.set(this.#frame.subarray(ranges[index], ranges[index + 1]), length)
      length += ranges[index + 1]! - ranges[index]!
    }
    if (isClosed) bytes[length++] = closeBracket
    this.#ranges = []
    this.length = 0
    this.values = 0
    return bytes.subarray(0, length)
  }
}

/** The longest run of blanks between two elements that is kept. */
const longestGap = 16

/** Whether one comma stands there, and blanks. */
const isGap = (frame: Uint8Array, from: number, to: number): boolean => {
  if (to - from > longestGap) return false
  let commas = 0
  for (let index = from; index < to; index++) {
    const byte = frame[index]!
    if (byte === comma) commas++
    else if (byte > 0x20) return false
  }
  return commas === 1
}

/** Walks the elements of a frame as `walkElements` does those of a text, and counts their values. */
class Walk {
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

const sportsbook = encoder.encode("sportsbook")

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

const lossy = new TextDecoder("utf-8")
const headBytes = 64 * 1024
/** What is shown of a message that is not parsed. */
const shownBytes = 4 * 1024

/** The beginning of a message that is beyond a bound. */
export const headOf = (bytes: Uint8Array): string => lossy.decode(bytes.subarray(0, shownBytes))

/**
 * What a message that is beyond a bound may be about: the game or the sportsbook that its beginning names, where no
 * other is named after it, or else the session.
 */
export const scopeOfHead = (bytes: Uint8Array): Scope => {
  const head = bytes.subarray(0, headBytes)
  const scope = salvageScope(lossy.decode(head))
  if (scope?.sportsbook === undefined || names(bytes, head.length, "sportsbook")) return {}
  return names(bytes, head.length, "game") ? { sportsbook: scope.sportsbook } : scope
}

/**
 * A message that is too large, cut a little above the bound: what names it has after that still stand at its end. The word
 * that the cut is in is blanked out: it may be most of a secret, which nobody recognizes without its end.
 */
export const cutTo = (bytes: Uint8Array, messageBytes: number): Uint8Array => {
  const kept = messageBytes + 1
  const blankFrom = Math.max(wordBefore(bytes, kept), Math.min(headBytes, kept))
  const end = ["sportsbook", "game"].filter((name) => names(bytes, blankFrom, name)).map((name) => `"${name}"`).join("")
  if (bytes.length <= kept + end.length) return bytes
  const cut = new Uint8Array(kept + end.length)
  cut.set(bytes.subarray(0, kept))
  cut.fill(0x20, blankFrom, kept)
  cut.set(encoder.encode(end), kept)
  return cut
}

/** Where the word begins that goes on at this index: after a blank, or after a quote that is not escaped. */
const wordBefore = (bytes: Uint8Array, to: number): number => {
  let index = to
  while (index > 0) {
    const byte = bytes[index - 1]!
    if (byte <= 0x20 || (byte === quote && bytes[index - 2] !== backslash)) return index
    index--
  }
  return 0
}

/** Whether a text of this field's name, in whatever case and however often encoded, stands at or after `from`. */
const names = (bytes: Uint8Array, from: number, field: string): boolean => {
  const codes = encoder.encode(field)
  // One that begins before the cut.
  for (let index = Math.max(0, from - field.length - 2); index < bytes.length; index++) {
    if (bytes[index] !== quote) continue
    let at = 0
    while (at < codes.length && (bytes[index + 1 + at]! | 0x20) === codes[at]) at++
    const next = bytes[index + 1 + at]
    if (at === codes.length && (next === quote || next === backslash)) return true
  }
  return false
}
