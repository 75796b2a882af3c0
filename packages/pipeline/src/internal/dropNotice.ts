/** The control that tells the readers of a lane what it lost. */
import type { Control } from "@boltodds/protocol"
import type { Loss } from "@boltodds/sink"

/**
 * A `dropped` control. It stands in this lane for the records it tells of, and so bears the number of the last of them:
 * the numbers of a lane still rise, and no other record of it has that one.
 */
export const dropNotice = (run: string, lane: string, loss: Loss): Control => ({
  control: "dropped",
  run: loss.run ?? run,
  seq: loss.lastSeq,
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
