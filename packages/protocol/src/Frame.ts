/** Decoding frames: text or bytes in, judged items out, never an exception. */
import { elementTexts, isCutOff, nestsBeyond, walkElements } from "./elements.ts"
import type { Item, MessageItem, QuarantinedItem } from "./Item.ts"
import { isObject, judge, pingItem, quarantine } from "./judge.ts"
import { isKeepAliveText, longestKeepAlive } from "./keepAlive.ts"
import { readNonFinite } from "./nonFinite.ts"
import { bytesText, opaqueBytes, opaqueText } from "./opaque.ts"
import { countedBy, type FrameBound, frameBoundNames, restBound } from "./frameBound.ts"
import { type MessageLimits, messageLimits } from "./messageLimits.ts"
import { salvageScope } from "./salvage.ts"
import { headOf, scopeOfHead } from "./largeMessage.ts"
import { bytesOf, type Piece, piecesOf } from "./splitFrame.ts"
import { wellFormedEscapes } from "./surrogates.ts"

export { rejectedOutcomes } from "./judge.ts"

const strict = new TextDecoder("utf-8", { fatal: true })
const lossy = new TextDecoder("utf-8")

/** The most messages of a text that is decoded at once, and the most unreadable ones: the rest is quarantined as one. */
const mostItems = 1_000_000
const mostUnreadable = 10_000

/** A message longer than this is looked through before it is parsed, and not parsed where it nests deeper than that. */
const longChars = 1 << 20
const deepest = 10_000

/**
 * Decodes one WebSocket frame into its messages. Total: never throws, whatever the frame holds.
 *
 * A frame is text or UTF-8 bytes and holds one message or an array of them; nested arrays are flattened, a byte order
 * mark is skipped, blank frames hold nothing and a bare `ping` is a ping. Each message is judged alone, and within a
 * message each outcome: what cannot be read is returned as quarantined, with the reason and what it touches, and
 * everything around it stands. Source: PROTOCOL, "Frames".
 *
 * Python's bare `NaN` and `Infinity` are read as numbers that nothing can use, so that they cost one outcome and not its
 * message. Texts are well-formed Unicode: a lone surrogate becomes U+FFFD.
 *
 * Time and memory stay in proportion to the frame: a message beyond {@link messageLimits} is not parsed but quarantined,
 * and so is one of over a million characters that nests more than 10,000 deep. The rest of a frame beyond the bounds on
 * frames, or after ten thousand unreadable messages of a small one, is quarantined as one item ({@link splitFrame}).
 *
 * @example
 * ```ts
 * import { decodeFrame } from "@boltodds/protocol"
 *
 * for (const item of decodeFrame('[{"action":"ping"},{"action":"new_thing"},7]')) {
 *   console.log(item._tag) // Message, Unknown, Quarantined
 * }
 * ```
 */
export const decodeFrame = (raw: string | Uint8Array): ReadonlyArray<Item> =>
  raw.length <= messageLimits.wholeFrame ? decodeAtOnce(raw) : decodeInPieces(raw, messageLimits)

/** A large frame: divided, and each message measured before it is parsed. */
export const decodeInPieces = (raw: string | Uint8Array, limits: MessageLimits): ReadonlyArray<Item> => {
  const items: Array<Item> = []
  for (const { bytes, beyond, restBeyond } of piecesOf(bytesOf(raw), limits)) {
    if (restBeyond !== undefined) {
      items.push(quarantineRest(restBeyond, limits, lossy.decode(bytes)))
    } else if (beyond !== undefined) {
      const { reason, limit } = limitBeyond(beyond, limits)
      items.push({ ...quarantine(reason, scopeOfHead(bytes), headOf(bytes)), limit })
    } else {
      for (const item of decodeAtOnce(bytes)) items.push(item)
    }
  }
  return items
}

/** The rest of a frame may be about anything, so it touches the session. */
const quarantineRest = (beyond: FrameBound, limits: MessageLimits, text: string): QuarantinedItem => {
  const bound = limits[beyond]
  return {
    ...quarantine(`limited: a frame of more than ${bound} ${countedBy[beyond]}`, {}, text),
    limit: { name: frameBoundNames[beyond], bound },
  }
}

const limitBeyond = (
  beyond: NonNullable<Piece["beyond"]>,
  limits: MessageLimits,
): Required<Pick<QuarantinedItem, "reason" | "limit">> => {
  const bound = limits[beyond]
  const [name, what] = beyond === "messageBytes" ? ["message_bytes", "bytes"] : ["message_values", "values"]
  return { reason: `limited: a message of more than ${bound} ${what}`, limit: { name, bound } }
}

/** Decodes a frame that is not divided. */
export const decodeAtOnce = (raw: string | Uint8Array): ReadonlyArray<Item> => {
  if (typeof raw === "string") {
    const whole = raw.isWellFormed() ? raw : raw.toWellFormed()
    return decodeText(whole)
  }
  let text: string
  try {
    text = strict.decode(raw)
  } catch {
    // Not UTF-8: read what can be read, and quarantine each message that the damage is in.
    return decodeDamaged(raw)
  }
  return decodeText(text)
}

const decodeDamaged = (raw: Uint8Array): ReadonlyArray<Item> => {
  const opaque = opaqueBytes(raw)
  if (opaque !== undefined) return [unreadableWhole(opaque.reason, opaque.text, bytesText(raw))]
  let text: string
  try {
    text = lossy.decode(raw)
  } catch {
    // Longer than a string can be.
    return [quarantine(`${raw.byteLength} bytes cannot be decoded`, {}, "")]
  }
  const first = text.trimStart()[0]
  // A binary format, or encrypted: it may be about anything.
  if (first !== "{" && first !== "[") {
    return [unreadableWhole("binary data that is not UTF-8", undefined, bytesText(raw))]
  }
  return decodeText(text).map((item) =>
    item.text.includes("\uFFFD") && (item._tag !== "Quarantined" || item.touches === undefined)
      ? quarantine("not UTF-8", salvageScope(item.text) ?? {}, item.text)
      : item
  )
}

/** A whole frame in a form that is not read: it touches what its text names, where there is one, or else the session. */
const unreadableWhole = (reason: string, inner: string | undefined, text: string): Item =>
  quarantine(reason, (inner === undefined ? undefined : salvageScope(inner)) ?? {}, text)

const decodeText = (text: string): ReadonlyArray<Item> => {
  const wellFormed = wellFormedEscapes(text)
  const items = decodeWellFormed(wellFormed)
  return wellFormed === text ? items : withoutMerged(items, decodeWellFormed(text))
}

/**
 * Outcomes whose keys differed only in lone surrogates have one key now, and one of their prices is gone: their game
 * cannot be read. `before` holds the same messages as they came.
 */
const withoutMerged = (items: ReadonlyArray<Item>, before: ReadonlyArray<Item>): ReadonlyArray<Item> =>
  items.map((item, index) => {
    const came = before[index]
    if (item._tag !== "Message" || came?._tag !== "Message") return item
    return outcomeCount(item) === outcomeCount(came)
      ? item
      : quarantine("outcomes differ only in half characters", salvageScope(item.text) ?? {}, item.text)
  })

const outcomeCount = ({ message }: MessageItem): number =>
  "data" in message && isObject(message.data) && isObject(message.data["outcomes"])
    ? Object.keys(message.data["outcomes"]).length
    : 0

const decodeWellFormed = (untrimmed: string): ReadonlyArray<Item> => {
  const text = mayBeBlank(untrimmed, 0) || mayBeBlank(untrimmed, untrimmed.length - 1) ? untrimmed.trim() : untrimmed
  if (text === "") return []
  if (text.length <= longestKeepAlive && isKeepAliveText(text)) return [pingItem(text)]
  if (text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0) return [unreadableText(text)]
  if (text.charCodeAt(0) === 0x5b) {
    const rest = restBound(text)
    if (rest !== undefined) return [quarantineRest(rest, messageLimits, text)]
    return decodeWhole(text) ?? decodeByWalking(text)
  }
  try {
    return [decodeOne(text)]
  } catch {
    // Perhaps several messages in a row; a text that is one broken message comes back as that.
    return text.charCodeAt(0) === 0x7b ? decodeByWalking(text) : [unreadableText(text)]
  }
}

const mayBeBlank = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index)
  return code <= 0x20 || code >= 0xa0
}

/** The item of one message's text. Throws where that is neither JSON nor what Python writes in its place. */
const decodeOne = (text: string): Item => {
  let value: unknown
  try {
    value = parse(text)
  } catch (cause) {
    const read = readNonFinite(text)
    if (read === undefined) throw cause
    return judge(read.value, onOneLine(read.text))
  }
  return judge(value, onOneLine(text))
}

/** An array of objects, as nearly all data comes: parsed whole, and its texts cut only if somebody asks for one. */
const decodeWhole = (text: string): ReadonlyArray<Item> | undefined => {
  let values: unknown
  try {
    values = parse(text)
  } catch {
    // Broken somewhere: the slow way finds out where, and keeps the rest.
    return undefined
  }
  if (!Array.isArray(values) || values.length > mostItems || !values.every(isObject)) return undefined
  const texts = new ElementTexts(text, values)
  return values.map((value, index) => judge(value, texts, index))
}

/** The texts of an array's elements, cut on first use. */
class ElementTexts {
  readonly #text: string
  readonly #values: ReadonlyArray<object>
  #texts: ReadonlyArray<string> | undefined

  constructor(text: string, values: ReadonlyArray<object>) {
    this.#text = text
    this.#values = values
    this.#texts = undefined
  }

  at(index: number): string {
    this.#texts ??= elementTexts(this.#text, this.#values)
    return onOneLine(this.#texts[index]!)
  }
}

/** The slow way: arrays that are nested, oddly spaced, or broken. Elements that stand are kept. */
const decodeByWalking = (text: string): ReadonlyArray<Item> => {
  const items: Array<Item> = []
  let bad = 0
  const closed = walkElements(text, (from, to) => {
    if (items.length >= mostItems || bad >= mostUnreadable) {
      const rest = text.slice(from)
      const limit = bad >= mostUnreadable ? `${mostUnreadable} unreadable ones` : `${mostItems} messages`
      items.push(quarantine(`the rest of a frame after ${limit}`, salvageScope(rest), rest))
      return false
    }
    const piece = text.slice(from, to)
    let item: Item
    try {
      item = decodeOne(piece)
    } catch {
      item = unreadable(piece)
    }
    if (item._tag === "Quarantined") bad++
    items.push(item)
    return true
  })
  if (!closed && text.charCodeAt(text.length - 1) !== 0x5d) {
    // Cut off: what the sender still had to say is lost, and if what came before was feed data, so was that. A piece that
    // begins with a comma goes on where others ended (`splitFrame`). Where the last bracket is there, it is the brackets
    // of an element that do not match, and that one says what it touches.
    const isRest = text.charCodeAt(1) === 0x2c
    items.push(quarantine("the array is not closed", isRest || items.some(isData) ? {} : undefined, ""))
  }
  return items
}

const isData = (item: Item): boolean =>
  item._tag === "Quarantined" ? item.touches !== undefined : item._tag === "Message" && "data" in item.message

const parse = (text: string): unknown => {
  if (text.length > longChars && nestsBeyond(text, deepest)) throw new RangeError(`nested more than ${deepest} deep`)
  return JSON.parse(text)
}

/** Not JSON from its first character on: perhaps data in another encoding. */
const unreadableText = (text: string): Item => {
  const hasNul = text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0
  const opaque = hasNul ? opaqueBytes(encoder.encode(text)) : opaqueText(text)
  return opaque === undefined ? unreadable(text) : unreadableWhole(opaque.reason, opaque.text, text)
}

const encoder = new TextEncoder()

/** The reason is ours: the words of an engine's error differ between engines, and records must not. */
const unreadable = (text: string): Item => {
  const reason = text.length > longChars && nestsBeyond(text, deepest)
    ? `not JSON: nested more than ${deepest} deep`
    : isCutOff(text)
    ? "not JSON: it ends too early"
    : "not JSON"
  return quarantine(reason, salvageScope(text), text)
}

const lineBreak = /[\n\r]+/g

/** Valid JSON holds line breaks only between its tokens: as blanks they mean the same, and a message stays one line. */
const onOneLine = (text: string): string => hasLineBreak(text) ? text.replace(lineBreak, " ").trim() : text

const hasLineBreak = (text: string): boolean => text.includes("\n") || text.includes("\r")
