/** Where the news of a loss stands in a batch. */
import type { Envelope } from "../Envelope.ts"
import type { Ledger } from "./Ledger.ts"

/**
 * The envelopes with what must be told of losses: ahead of all, but behind a `stream_started`, which makes readers forget
 * that they do not know the whole.
 */
export const withNotices = <A>(
  ledger: Ledger<A>,
  envelopes: ReadonlyArray<Envelope<A>>,
  now: number,
): ReadonlyArray<Envelope<A>> => {
  const start = ledger.isLossy ? envelopes.findLastIndex(isStart) : -1
  const isSaid = start === -1 || envelopes.slice(start + 1).some((envelope) => ledger.says(envelope))
  const notices = isSaid ? ledger.dueNotices(now) : ledger.noticesBehindStart(now)
  return notices.length === 0 ? envelopes : envelopes.toSpliced(start + 1, 0, ...notices)
}

const isStart = ({ value }: Envelope<unknown>): boolean =>
  typeof value === "object" && value !== null && "control" in value && value.control === "stream_started"

/** Whether a stream begins among these. */
export const hasStart = (envelopes: ReadonlyArray<Envelope<unknown>>): boolean => envelopes.some(isStart)
