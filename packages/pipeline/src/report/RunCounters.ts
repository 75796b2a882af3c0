/** The counters of a run, for its report. */
import { type Control, type FeedEvent, type FeedNotice, GapLedger, type ResyncWanted } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import type { Depth } from "../emits/Emit.ts"
import { SportsbookRates } from "../status/SportsbookRates.ts"
import type { NoticeReport, Report } from "./Report.ts"

/** Windows a report holds. */
const mostWindows = 1000
/** Different words of the server that a report holds. */
const mostNotices = 100

/** The counters of one run. */
export class RunCounters {
  events = 0
  frames = 0
  /** Messages in them; 0 where they are not read. */
  messages = 0
  changes = 0
  controls = 0
  connectionsLost = 0
  lastEventAt: number | null = null
  /** What changes say of each sportsbook. */
  readonly rates = new SportsbookRates()
  /** Resyncs that the reducer wants, until the hub takes them. */
  resyncs: ReadonlyArray<ResyncWanted> = []
  readonly #depth: Depth
  readonly #notices = new Map<string, NoticeReport>()
  /** The blind windows. */
  readonly ledger = new GapLedger(mostWindows)

  constructor(depth: Depth) {
    this.#depth = depth
  }

  count(steps: ReadonlyArray<Step>): void {
    this.events += steps.length
    for (let index = 0; index < steps.length; index++) {
      const { event, records } = steps[index]!
      if (event._tag === "Frame") {
        this.frames += 1
        // The reducer has read them: they are decoded once.
        if (this.#depth !== "frames") this.messages += event.items.length
      } else if (event._tag === "Disconnected") this.connectionsLost += 1
      if (this.#depth === "frames" && event._tag !== "Frame") {
        lossesAsControls(event).forEach((it) => this.ledger.note(it))
      }
      if (records.length > 0) this.countRecords(records, event.at)
    }
    const last = steps[steps.length - 1]
    if (last !== undefined) this.lastEventAt = last.event.at
  }

  /** Counts records, including those without an event of the source. */
  countRecords(records: Step["records"], at: number): void {
    for (let nth = 0; nth < records.length; nth++) {
      const record = records[nth]!
      if (!("control" in record)) {
        this.changes += 1
        this.rates.change(record, at)
      } else {
        this.controls += 1
        this.ledger.note(record)
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
    const { windows, count, unverifiedGames } = this.ledger
    const blind = { connectionsLost, blindWindows: count, windows, unverifiedGames }
    return { events, frames, changes, controls, lastEventAt, notices: [...this.#notices.values()], ...blind }
  }
}

/**
 * The controls of an event for the ledger of blind windows, without a reducer. Frames are not read here: a gap ends when
 * the next connection has subscribed, and it is not known whether the snapshot is complete.
 */
const lossesAsControls = (event: FeedEvent): ReadonlyArray<Control> => {
  const { session, epoch } = event
  const stamp = { run: "", seq: 0, session, epoch, at: new Date(event.at).toISOString(), sent_at: null, frame: null }
  switch (event._tag) {
    case "Disconnected": {
      const { kind, code = null, detail = null } = event.reason
      return [{ control: "gap_opened", ...stamp, reason: kind, code, detail, sportsbooks: [], games: 0, lines: 0 }]
    }
    case "Subscribed": {
      const counts = { games: 0, changed: 0, absent: 0, unverified: 0, sportsbooks_missing: [] }
      return [{ control: "gap_closed", ...stamp, duration_ms: NaN, ...counts, complete: false }]
    }
    case "Silent":
      return [{ control: "stale", ...stamp, reason: "silent", sportsbook: null, age_ms: 0 }]
    case "Heard":
      return [{ control: "fresh", ...stamp, sportsbook: null }]
    default:
      return []
  }
}
