/** What the hub counts for its report. */
import { type FeedNotice, GapLedger, type ResyncWanted } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import type { Depth } from "../emits/Emit.ts"
import type { NoticeReport, Report } from "./Report.ts"
import { lossesAsControls } from "./lossesAsControls.ts"

/** Windows a report holds. */
const mostWindows = 1000
/** Different words of the server that a report holds. */
const mostNotices = 100

/** The counters of one run. */
export class RunCounters {
  events = 0
  frames = 0
  changes = 0
  controls = 0
  connectionsLost = 0
  lastEventAt: number | null = null
  /** Resyncs that the reducer wants, until somebody takes them. */
  resyncs: ReadonlyArray<ResyncWanted> = []
  readonly #depth: Depth
  readonly #notices = new Map<string, NoticeReport>()
  readonly #ledger = new GapLedger(mostWindows)

  constructor(depth: Depth) {
    this.#depth = depth
  }

  count(steps: ReadonlyArray<Step>): void {
    this.events += steps.length
    for (let index = 0; index < steps.length; index++) {
      const { event, records } = steps[index]!
      if (event._tag === "Frame") this.frames += 1
      else if (event._tag === "Disconnected") this.connectionsLost += 1
      if (this.#depth === "frames" && event._tag !== "Frame") {
        lossesAsControls(event).forEach((it) => this.#ledger.note(it))
      }
      this.countRecords(records)
    }
    const last = steps[steps.length - 1]
    if (last !== undefined) this.lastEventAt = last.event.at
  }

  /** Also those that no event of the source brought. */
  countRecords(records: Step["records"]): void {
    for (let nth = 0; nth < records.length; nth++) {
      const record = records[nth]!
      if (!("control" in record)) this.changes += 1
      else {
        this.controls += 1
        this.#ledger.note(record)
        if (record.control === "feed_notice") this.#notice(record)
        if (record.control === "resync_wanted") this.resyncs = [...this.resyncs, record]
      }
    }
  }

  #notice({ action, level, message }: FeedNotice): void {
    const words = `${action}\u0000${message}`
    const known = this.#notices.get(words)
    if (known !== undefined) this.#notices.set(words, { ...known, count: known.count + 1 })
    else if (this.#notices.size < mostNotices) this.#notices.set(words, { action, level, message, count: 1 })
  }

  get report(): Omit<Report, "run" | "reason" | "duration" | "routes" | "noData" | "book" | "unread"> {
    const { events, frames, changes, controls, connectionsLost, lastEventAt } = this
    const { windows, count, unverifiedGames } = this.#ledger
    const blind = { connectionsLost, blindWindows: count, windows, unverifiedGames }
    return { events, frames, changes, controls, lastEventAt, notices: [...this.#notices.values()], ...blind }
  }
}
