/** Where the news of a loss stands in a batch. */
import type { Envelope } from "@boltodds/sink"
import type { Notices } from "./Notices.ts"
import { startOf } from "./startOf.ts"

/**
 * The envelopes with what must be told of losses: ahead of all, but behind a `stream_started`, which makes readers forget
 * that they do not know the whole.
 */
export const withLossReports = <A>(
  notices: Notices<A>,
  envelopes: ReadonlyArray<Envelope<A>>,
  now: number,
): ReadonlyArray<Envelope<A>> => {
  const start = notices.isLossy ? startOf(envelopes) : -1
  const isSaid = start === -1 || envelopes.slice(start + 1).some((envelope) => notices.isOwn(envelope))
  const said = isSaid ? notices.takeDue(now) : notices.takeBehindStart(now)
  return said.length === 0 ? envelopes : envelopes.toSpliced(start + 1, 0, ...said)
}
