/** Notices of the server, if no reducer reads its messages. */
import {
  type Control,
  describeNarrowing,
  type FeedEvent,
  type Filters,
  type Frame,
  mayHoldNotice,
  narrowings,
  noticeIn,
  type NoticeLevel,
} from "@boltodds/protocol"

import { defaultStateLimits } from "@boltodds/state"

const repeatMillis = 60_000
const mostRemembered = 64

const none: ReadonlyArray<Control> = []

/**
 * Finds notices in frames that hold no data, as `feed_notice` records. Frames with data are not parsed; only a reducer
 * does so. The `seq` counts these records alone.
 */
export class FrameNotices {
  readonly #run: string
  readonly #filters = new Map<string, Filters>()
  readonly #said = new Map<string, number>()
  #seq = 0

  constructor(run: string) {
    this.#run = run
  }

  of(event: FeedEvent): ReadonlyArray<Control> {
    if (event._tag === "Subscribed") this.#remember(event)
    if (event._tag !== "Frame" || !mayHoldNotice(event.raw)) return none
    const records: Array<Control> = []
    for (const item of event.items) {
      const notice = noticeIn(item)
      if (notice !== undefined) this.#report(records, event, notice.action, notice.level, notice.message)
      if (item._tag !== "Message" || item.message.action !== "subscription_updated") continue
      for (const narrowing of narrowings(this.#filters.get(event.session) ?? {}, item.message)) {
        this.#report(records, event, item.message.action, "warning", describeNarrowing(narrowing))
      }
    }
    return records
  }

  /** Bounded, because a recording from elsewhere can name any number of sessions. */
  #remember({ session, filters }: Extract<FeedEvent, { readonly _tag: "Subscribed" }>): void {
    if (this.#filters.size < defaultStateLimits.sessions || this.#filters.has(session)) {
      this.#filters.set(session, filters)
    }
  }

  #report(
    records: Array<Control>,
    { session, epoch, at }: Frame,
    action: string | null,
    level: NoticeLevel,
    message: string,
  ): void {
    const words = `${session}\u0000${action}\u0000${message}`
    if (at - (this.#said.get(words) ?? -Infinity) < repeatMillis) return
    this.#said.delete(words)
    this.#said.set(words, at)
    if (this.#said.size > mostRemembered) this.#said.delete(this.#said.keys().next().value!)
    const stamp = { run: this.#run, seq: ++this.#seq, session, epoch, at: new Date(at).toISOString() }
    records.push({ control: "feed_notice", ...stamp, sent_at: null, frame: null, action, level, message })
  }
}
