/** The control that tells the readers of a lane what it lost. */
import type { Control } from "@boltodds/protocol"
import type { Loss } from "@boltodds/sink"
import type { LaneOrigin } from "./LaneOrigin.ts"

/**
 * A `dropped` control. It stands in this lane for the records it is about, and so has the `seq` of the last of them; the
 * lane is its origin, and counts its `part`.
 */
export const dropNotice = (run: string, lane: string, origin: LaneOrigin, loss: Loss): Control => ({
  control: "dropped",
  run: loss.run ?? run,
  seq: loss.lastSeq,
  part: origin.take(1),
  origin: origin.name,
  session: loss.session,
  epoch: loss.epoch,
  at: new Date(loss.at).toISOString(),
  sent_at: null,
  frame: null,
  lane,
  reason: loss.reason,
  count: loss.count,
  first_seq: loss.firstSeq,
  last_seq: loss.lastSeq,
  last: true,
})
