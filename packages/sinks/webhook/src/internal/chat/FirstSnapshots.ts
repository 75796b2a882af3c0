/** Which openings belong to the first snapshot of a run: thousands, which no message repeats. */
import type { ChatFields } from "./ChatFields.ts"
import { utcMillis } from "./shown.ts"

/** After this, by the times of records, openings are written even where `synced` never came. */
const longestMillis = 5 * 60_000

/** Runs that are remembered: batches of an earlier one may wait in an outbox. */
const mostRuns = 4

interface Run {
  readonly seq: number
  readonly at: number
  /** By session, the `seq` of its first `synced`. */
  readonly synced: Map<unknown, number>
}

/**
 * Knows when runs began and when their sessions had settled.
 *
 * Asked about the same records again it answers the same: a batch may be tried again with others beside it.
 */
export class FirstSnapshots {
  readonly #runs = new Map<unknown, Run>()

  /** Takes note of a control. */
  note(record: ChatFields): void {
    const { control, run, seq, session } = record
    if (typeof seq !== "number") return
    if (isStart(record)) {
      const at = utcMillis(record["at"])
      if (this.#runs.get(run)?.seq === seq || at === undefined) return
      this.#runs.set(run, { seq, at, synced: new Map() })
      if (this.#runs.size > mostRuns) this.#runs.delete(this.#runs.keys().next().value)
    } else if (control === "synced") {
      const synced = this.#runs.get(run)?.synced
      if (synced?.has(session) === false) synced.set(session, seq)
    }
  }

  /** Whether this opening stands between the beginning of its run and the first `synced` of its session. */
  has(record: ChatFields): boolean {
    const { change, run, seq, session } = record
    if (change !== "line_opened" && change !== "game_opened") return false
    const known = this.#runs.get(run)
    const at = utcMillis(record["at"])
    if (known === undefined || typeof seq !== "number" || at === undefined) return false
    return seq > known.seq && seq < (known.synced.get(session) ?? Infinity) && at - known.at < longestMillis
  }
}

/** The beginning of a run. A resnapshot has a `stream_started` too, with the `seq` of the moment: no `synced` follows. */
const isStart = ({ control, seq }: ChatFields): boolean =>
  (control === "stream_started" || control === "stream_resumed") && seq === 1
