/** Dividing a large frame between its messages, in bytes: nothing is parsed. */
import { lastNoBlank, skipBlanks } from "./blanks.ts"
import { type FrameBound, restText } from "./frameBound.ts"
import { closeBracket, comma, FrameWalk, openBrace, openBracket } from "./FrameWalk.ts"
import { cutTo } from "./largeMessage.ts"
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

/** The pieces of a frame. */
export function* piecesOf(frame: Uint8Array, limits: MessageLimits): Generator<Piece, void> {
  const first = skipBlanks(frame, 0)
  // Not JSON of the feed, or not in UTF-8: it has no elements to separate, and nothing but a scalar can be parsed.
  const isWhole = (frame[first] !== openBracket && frame[first] !== openBrace) || frame[0] === 0 || frame[1] === 0
  if (isWhole) {
    yield frame.length > limits.messageBytes ? { bytes: frame, beyond: "messageBytes" } : { bytes: frame }
    return
  }
  const piece = new PieceWriter(frame)
  const walk = new FrameWalk(frame, first)
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
  // As for whole frames: a last bracket after all elements ends them, although more arrays are open.
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
  add(element: FrameWalk, values: number): FrameBound | undefined {
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
