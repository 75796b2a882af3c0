/** What a frame is made of. */
import type { ReachedLimit } from "./messageLimits.ts"
import type { FeedMessage } from "./Message.ts"

/** Which part of the feed something touches. Empty: all of the session. */
export interface Scope {
  readonly sportsbook?: string
  /** Only with `sportsbook`. */
  readonly game?: string
}

/**
 * One outcome of a message that cannot be read: its shape, its price, or a field that says what the bet is. It is
 * suspended, and the rest of its message stands.
 */
export interface RejectedOutcome {
  readonly key: string
  readonly reason: string
  readonly value: unknown
}

/** A message of a kind we know. */
export interface MessageItem {
  readonly _tag: "Message"
  /**
   * As parsed, nothing copied, but for these repairs: `action: "error"` where an error came without an action, null for
   * a description (a team, `info`, `plan`, the timestamp, …) of a type it should not have, and digits as text for a time
   * that came as a number and for an id of `info` that no double holds. Outcomes named in `rejected` may not have the
   * shape their type says.
   */
  readonly message: FeedMessage
  /** Judged on first use. */
  readonly rejected: ReadonlyArray<RejectedOutcome>
  /**
   * The message's own JSON text, without line breaks, whatever else it holds: `message` before any repair. A bare `ping`
   * is `{"action":"ping"}`, a bare `NaN` is `"NaN"`, and the escape of a lone surrogate is that of U+FFFD: so it is JSON
   * that every reader takes.
   */
  readonly text: string
}

/** A well-formed message whose `action` we do not know. Passed through. */
export interface UnknownItem {
  readonly _tag: "Unknown"
  readonly action: string
  readonly value: unknown
  /** Its own JSON text, without line breaks. */
  readonly text: string
}

/** Something that cannot be read as a message. */
export interface QuarantinedItem {
  readonly _tag: "Quarantined"
  readonly reason: string
  /**
   * What may be out of date because this could not be read: a game, a whole book, or (empty) the session.
   * Undefined where it does not look like feed data at all.
   */
  readonly touches: Scope | undefined
  /** What could not be read, as it came; it may be long, and empty where something is missing. */
  readonly text: string
  /**
   * The parsed value, where it is JSON of a shape that is not known, or has no `data`. `touches` is then only what its
   * usual fields say: names may stand elsewhere in it (`mentionsIn`).
   */
  readonly value?: unknown
  /** The bound that it is beyond, where it was not parsed for that. */
  readonly limit?: ReachedLimit
}

/** One message of a frame, judged. */
export type Item = MessageItem | UnknownItem | QuarantinedItem
