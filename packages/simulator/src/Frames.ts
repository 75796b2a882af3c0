/** Putting messages into frames. */

/** How data messages are put into frames; acknowledgements and pings are always single objects. */
export interface FrameOptions {
  /**
   * `arrays`: every data frame is an array, as the real feed mostly does since about February 2026 · `objects`: one
   * message a frame, as before · `mixed`: an object where there is one message, an array where there are several.
   * @default "arrays"
   */
  readonly frames?: "arrays" | "objects" | "mixed"
  /** Whether data frames are binary (UTF-8) instead of text. @default false */
  readonly binary?: boolean
  /** The most messages in one array. @default 50 */
  readonly messagesPerFrame?: number
}

/** The frames that hold these messages, given as JSON texts, in their order. */
export const composeFrames = (texts: ReadonlyArray<string>, options: FrameOptions): ReadonlyArray<string> => {
  const form = options.frames ?? "arrays"
  if (form === "objects") return texts
  const most = options.messagesPerFrame ?? 50
  const frames: Array<string> = []
  for (let from = 0; from < texts.length; from += most) {
    const part = from === 0 && texts.length <= most ? texts : texts.slice(from, from + most)
    frames.push(part.length === 1 && form === "mixed" ? part[0]! : `[${part.join(",")}]`)
  }
  return frames
}

/** A text frame as the bytes of a binary one. */
export const toBytes = (text: string): Uint8Array => Buffer.from(text, "utf8")
