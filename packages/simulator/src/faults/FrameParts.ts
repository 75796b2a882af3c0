/** Frames taken apart and put together again, byte for byte where nothing is changed. */
import { decodeFrame, type FeedMessage } from "@boltodds/protocol"

/** One message of a frame. */
export interface FramePart {
  /** Its own JSON. */
  readonly text: string
  /** Undefined where it is none that is known. */
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
