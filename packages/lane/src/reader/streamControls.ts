/** Controls that a lane recognizes: the start of a stream, and those that it withholds after a loss. */
import type { Envelope } from "@boltodds/sink"

/** Where the last `stream_started` among these stands; -1 where none does. */
export const startOf = (envelopes: ReadonlyArray<Envelope<unknown>>): number => envelopes.findLastIndex(isStart)

const isStart = ({ _tag, value }: Envelope<unknown>): boolean =>
  _tag === "Control" && typeof value === "object" && value !== null && "control" in value &&
  value.control === "stream_started"

const restorings = new Set<unknown>(["game_verified", "gap_closed", "synced", "fresh"])

const controlOf = ({ _tag, value }: Envelope<unknown>): unknown =>
  _tag === "Control" && typeof value === "object" && value !== null && "control" in value ? value.control : undefined

/**
 * Whether an envelope says that something is verified or fresh again. After a loss the reader does not have the book
 * that this is about: the resnapshot brings it.
 */
export const isRestoring = (envelope: Envelope<unknown>): boolean => restorings.has(controlOf(envelope))

/** The same for one game. */
export const isRestoringGame = (envelope: Envelope<unknown>): boolean => controlOf(envelope) === "game_verified"
