/** Putting messages into frames. */

/** What a data frame holds; see {@link FrameOptions}. */
export type FrameForm = "arrays" | "objects" | "mixed"

/** How data messages are put into frames; acknowledgements and pings are always single objects. */
export interface FrameOptions {
  /**
   * `arrays`: every data frame is an array, as the real feed mostly does since about February 2026 · `objects`: one
   * message a frame, as before · `mixed`: an object where there is one message, an array where there are several ·
   * `auto`: `objects` for a client that asks for games by name, `arrays` for all others. The example of the vendor's
   * documentation asks for games by name and, as written in 2025, reads nothing but objects.
   * @default "auto"
   */
  readonly frames?: FrameForm | "auto" | undefined
  /** Whether data frames are binary (UTF-8) instead of text. @default false */
  readonly binary?: boolean | undefined
  /** The most messages in one array. @default 50 */
  readonly messagesPerFrame?: number | undefined
}

/** The form of a client's frames. `byGame`: whether it asks for games by name. */
export const frameForm = (options: FrameOptions, byGame: boolean): FrameForm => {
  const form = options.frames ?? "auto"
  return form === "auto" ? byGame ? "objects" : "arrays" : form
}

/** The most messages in one frame. */
export const mostMessages = (form: FrameForm, options: FrameOptions): number =>
  form === "objects" ? 1 : options.messagesPerFrame ?? 50

/** The frames that hold these messages, given as JSON texts, in their order. */
export const composeFrames = (
  texts: ReadonlyArray<string>,
  form: FrameForm,
  options: FrameOptions,
): ReadonlyArray<string> => {
  if (form === "objects") return texts
  const most = mostMessages(form, options)
  const frames: Array<string> = []
  for (let from = 0; from < texts.length; from += most) {
    const part = from === 0 && texts.length <= most ? texts : texts.slice(from, from + most)
    frames.push(part.length === 1 && form === "mixed" ? part[0]! : `[${part.join(",")}]`)
  }
  return frames
}

/** A text frame as the bytes of a binary one. */
export const toBytes = (text: string): Uint8Array => Buffer.from(text, "utf8")
