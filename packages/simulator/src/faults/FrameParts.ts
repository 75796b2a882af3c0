/** Frames split into messages and put together again, byte for byte if nothing changes; and what messages are about. */
import { decodeFrame, type FeedMessage } from "@boltodds/protocol"

/** One message of a frame. */
export interface FramePart {
  /** Its own JSON. */
  readonly text: string
  /** Undefined if it is not a known message. */
  readonly message: FeedMessage | undefined
}

/** The messages of a frame, in their order. */
export const framePartsOf = (data: string | Uint8Array): ReadonlyArray<FramePart> =>
  decodeFrame(data).map((item) => ({ text: item.text, message: item._tag === "Message" ? item.message : undefined }))

/** Parts as a frame of the same form as another one: an array or an object, text or bytes. */
export const frameLike = (like: string | Uint8Array, parts: ReadonlyArray<FramePart>): string | Uint8Array => {
  const texts = parts.map(({ text }) => text)
  const isArray = typeof like === "string" ? like.startsWith("[") : like[0] === 0x5b
  const text = isArray || texts.length !== 1 ? `[${texts.join(",")}]` : texts[0]!
  return typeof like === "string" ? text : Buffer.from(text, "utf8")
}

/** A frame's text, and the text as a frame of the same form. */
export const textOf = (data: string | Uint8Array): string =>
  typeof data === "string" ? data : Buffer.from(data).toString("utf8")

/** A text in the form of another frame: text or bytes. */
export const likeFrame = (like: string | Uint8Array, text: string): string | Uint8Array =>
  typeof like === "string" ? text : Buffer.from(text, "utf8")

/** A game at a book, or (no game) more of a book. */
export interface TouchedNames {
  readonly sportsbook: string
  readonly game: string | undefined
}

/** What a message is about; undefined where it is not about odds. */
export const touchOf = (message: FeedMessage | undefined): TouchedNames | undefined => {
  switch (message?.action) {
    case "initial_state":
    case "game_update":
    case "game_added":
    case "line_update":
    case "game_removed":
      return { sportsbook: message.data.sportsbook, game: message.data.game }
    case "book_clear":
    case "sport_clear":
      return { sportsbook: message.data.sportsbook, game: undefined }
    default:
      return undefined
  }
}

/** What a frame is about. */
export const touchesOf = (parts: ReadonlyArray<FramePart>): ReadonlyArray<TouchedNames> =>
  parts.flatMap(({ message }) => touchOf(message) ?? [])

/** Whether the order of two messages matters. A clear is taken to be about all games of its book. */
export const meets = (one: TouchedNames, other: TouchedNames): boolean =>
  one.sportsbook === other.sportsbook &&
  (one.game === undefined || other.game === undefined || one.game === other.game)
