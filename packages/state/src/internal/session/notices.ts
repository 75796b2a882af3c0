/** The server's own words, and what it took of the filters, as controls. */
import {
  describeNarrowing,
  excerpt,
  type Item,
  type Millis,
  narrowings,
  type Notice,
  noticeIn,
} from "@boltodds/protocol"
import type { Work } from "../work.ts"
import type { SessionState } from "./SessionState.ts"

/** The same words are not repeated within this time. */
const repeatMillis = 60_000
const mostRemembered = 64

/** Reports what the server says in an item that is no data. */
export const reportNotice = (work: Work, session: SessionState, at: Millis, item: Item): void => {
  const notice = noticeIn(item)
  if (notice !== undefined) report(work, session, at, notice)
  if (item._tag !== "Message" || item.message.action !== "subscription_updated") return
  for (const narrowing of narrowings(session.filters, item.message)) {
    const message = describeNarrowing(narrowing)
    report(work, session, at, { action: item.message.action, level: "warning", message })
  }
}

const report = (work: Work, session: SessionState, at: Millis, { action, level, message }: Notice): void => {
  const words = `${action === null ? null : excerpt(action, 200)}\u0000${message}`
  const last = session.notices.get(words)
  if (last !== undefined && at - last < repeatMillis) return
  session.notices.delete(words)
  session.notices.set(words, at)
  if (session.notices.size > mostRemembered) session.notices.delete(session.notices.keys().next().value!)
  work.sentAt(null)
  work.control("feed_notice", { action, level, message })
}
