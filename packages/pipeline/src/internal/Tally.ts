/** What the hub counts for its report. */
import type { Control } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import type { GapReport, Report } from "../Report.ts"

const mostGaps = 100

/** The counters of one run. */
export class Tally {
  events = 0
  frames = 0
  changes = 0
  controls = 0
  gapsOpened = 0
  lastEventAt: number | null = null
  readonly #gaps: Array<GapReport> = []

  count(steps: ReadonlyArray<Step>): void {
    this.events += steps.length
    for (let index = 0; index < steps.length; index++) {
      const { event, records } = steps[index]!
      if (event._tag === "Frame") this.frames += 1
      for (let nth = 0; nth < records.length; nth++) {
        const record = records[nth]!
        if (!("control" in record)) this.changes += 1
        else this.#control(record)
      }
    }
    const last = steps[steps.length - 1]
    if (last !== undefined) this.lastEventAt = last.event.at
  }

  get report(): Pick<Report, "events" | "frames" | "changes" | "controls" | "lastEventAt" | "gapsOpened" | "gaps"> {
    const { events, frames, changes, controls, lastEventAt, gapsOpened } = this
    return { events, frames, changes, controls, lastEventAt, gapsOpened, gaps: [...this.#gaps] }
  }

  #control(control: Control): void {
    this.controls += 1
    const { session, at } = control
    if (control.control === "gap_opened") {
      this.gapsOpened += 1
      if (this.#gaps.length < mostGaps) {
        this.#gaps.push({ session, reason: control.reason, openedAt: at, closedAt: null, complete: false })
      }
    } else if (control.control === "gap_closed") {
      const { complete } = control
      // A second loss before the first had settled restarts the waiting: what closes, closes all that are open.
      for (const [index, gap] of this.#gaps.entries()) {
        if (gap.session === session && gap.closedAt === null) this.#gaps[index] = { ...gap, closedAt: at, complete }
      }
    }
  }
}
