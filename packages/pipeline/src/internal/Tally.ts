/** What the hub counts for its report. */
import { GapLedger } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import type { Depth } from "../Emit.ts"
import type { Report } from "../Report.ts"
import { lossesAsControls } from "./lossesAsControls.ts"

/** Windows a report holds. */
const mostWindows = 1000

/** The counters of one run. */
export class Tally {
  events = 0
  frames = 0
  changes = 0
  controls = 0
  connectionsLost = 0
  lastEventAt: number | null = null
  readonly #depth: Depth
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
      }
    }
  }

  get report(): Omit<Report, "run" | "reason" | "duration" | "routes"> {
    const { events, frames, changes, controls, connectionsLost, lastEventAt } = this
    const { windows, count, doubtedGames } = this.#ledger
    const blind = { connectionsLost, blindWindows: count, windows, doubtedGames }
    return { events, frames, changes, controls, lastEventAt, ...blind }
  }
}
