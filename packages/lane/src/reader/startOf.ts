/** Where a stream begins in a batch. */
import type { Envelope } from "@boltodds/sink"

/** Where the last `stream_started` among these stands; -1 where none does. */
export const startOf = (envelopes: ReadonlyArray<Envelope<unknown>>): number => envelopes.findLastIndex(isStart)

const isStart = ({ _tag, value }: Envelope<unknown>): boolean =>
  _tag === "Control" && typeof value === "object" && value !== null && "control" in value &&
  value.control === "stream_started"
