/** The server's own words, and what it took of the filters, as controls. */
import {
  describeNarrowing,
  excerpt,
  type Item,
  type Millis,
  narrowings,
  noticeIn,
  type NoticeLevel,
} from "@boltodds/protocol"
import type { SessionState } from "../model.ts"
import type { Work } from "../work.ts"

/** The same words are not repeated within this time. */
const repeatMillis = 60_000
const mostRemembered = 64

/** Reports what the server says in an item that is no data. */
export const reportNotice = (work: Work, session: SessionState, at: Millis, item: Item): void => {
  const notice = noticeIn(item)
  if (notice !== undefined) report(work, session, at, notice.action, notice.level, notice.message)
  if (item._tag !== "Message" || item.message.action !== "subscription_updated") return
  for (const narrowing of narrowings(session.filters, item.message)) {
    report(work, session, at, item.message.action, "warning", describeNarrowing(narrowing))
  }
}

const report = (
  work: Work,
  session: SessionState,
  at: Millis,
  action: string | null,
  level: NoticeLevel,
  message: string,
): void => {
  const words = `${action === null ? null : excerpt(action, 200)}\u0000${message}`
  const last = session.notices.get(words)
  if (last !== undefined && at - last < repeatMillis) return
  session.notices.delete(words)
  session.notices.set(words, at)
  if (session.notices.size > mostRemembered) session.notices.delete(session.notices.keys().next().value!)
  work.sentAt(null)
  work.control("feed_notice", { action, level, message })
}
