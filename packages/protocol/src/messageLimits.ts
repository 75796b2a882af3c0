/** How much one frame and one message may ask of their reader. */

/**
 * Bounds on decoding. They are the same on every machine, so that a recording decodes to the same items everywhere.
 *
 * JSON costs memory by its structure, not by its bytes: `{}` and a comma are 3 bytes of text and about 110 of memory. A
 * message beyond these bounds is not parsed; it is quarantined, and what its beginning names is unverified.
 */
export interface MessageLimits {
  /** A frame of at most so many bytes (characters, where it is text) is decoded whole. */
  readonly wholeFrame: number
  /** A larger one is divided between its messages, into pieces of at most `wholeFrame` and so many values. */
  readonly pieceValues: number
  /** The largest message, in bytes of UTF-8. The largest that was seen is about 0.6 MB. */
  readonly messageBytes: number
  /** The most values of a message that is larger than `wholeFrame`: its `{`, `[` and `,` outside of texts. */
  readonly messageValues: number
  /**
   * The most messages of a frame that is larger than `wholeFrame`; more where they have `bytesPerMessage` on average. The
   * rest of such a frame is not read.
   */
  readonly frameMessages: number
  /** A frame of more messages than `frameMessages` is read as long as they are not shorter than this on average. */
  readonly bytesPerMessage: number
  /**
   * The most messages of such a frame that are no data: elements that are not objects, and objects without the text `"sportsbook"`. No
   * frame of the real feed has more than a few.
   */
  readonly frameOthers: number
  /**
   * The most values of such a frame (its `{`, `[` and `,` outside of texts); more where they have
   * `bytesPerValue` on average.
   */
  readonly frameValues: number
  /** A frame of more values than `frameValues` is read as long as they are not shorter than this on average. */
  readonly bytesPerValue: number
}

/** The bounds of {@link decodeFrame} and {@link splitFrame}. */
export const messageLimits: MessageLimits = {
  wholeFrame: 256 * 1024,
  pieceValues: 50_000,
  messageBytes: 8 * 1024 * 1024,
  messageValues: 400_000,
  frameMessages: 50_000,
  bytesPerMessage: 512,
  frameOthers: 10_000,
  frameValues: 1_000_000,
  bytesPerValue: 16,
}

/** A bound that something was beyond. */
export interface ReachedLimit {
  /**
   * What it bounds: `message_bytes`, `message_values`, `frame_messages`, `frame_others` and `frame_values` are those of
   * {@link MessageLimits}; `sessions`, `sportsbooks`, `games`, `outcomes`, `characters` and `bytes` are those of the book
   * (`StateLimits` of `@boltodds/state`). There may be more.
   */
  readonly name: string
  /** Its value. */
  readonly bound: number
}
