/** Messages on their way to several clients, written out once. */
import type { FeedMessage } from "@boltodds/protocol"
import { composeFrames, frameForm, type FrameOptions, toBytes } from "./frames.ts"

/** One message, or a text that is not a message and is passed on. */
export interface BatchItem {
  readonly message: FeedMessage | undefined
  /** Its JSON, where it is known already. */
  readonly text: string | undefined
}

/** What one turn of the server has to say to its clients. */
export class MessageBatch {
  readonly items: ReadonlyArray<BatchItem>
  readonly options: FrameOptions
  readonly #raw: string | Uint8Array | undefined
  readonly #texts: Array<string | undefined>
  #frames: ReadonlyArray<string | Uint8Array> | undefined

  /** `raw`: the one frame that holds these items, passed on as it is to clients that get all of it. */
  constructor(items: ReadonlyArray<BatchItem>, options: FrameOptions, raw?: string | Uint8Array) {
    this.items = items
    this.options = options
    this.#raw = raw
    this.#texts = items.map((item) => item.text)
  }

  /** The text of one item. */
  text(index: number): string {
    return this.#texts[index] ??= JSON.stringify(this.items[index]!.message)
  }

  /** The frames for a client that gets everything. */
  frames(): ReadonlyArray<string | Uint8Array> {
    if (this.#frames === undefined) {
      const frames = this.#raw === undefined
        ? composeFrames(this.items.map((_, index) => this.text(index)), frameForm(this.options, false), this.options)
        : [this.#raw]
      this.#frames = this.options.binary === true
        ? frames.map((frame) => typeof frame === "string" ? toBytes(frame) : frame)
        : frames
    }
    return this.#frames
  }
}
