/** How a run of a pipeline went, as plain data. */
import type { LaneCounts } from "@boltodds/lane"
import type { BlindWindow } from "@boltodds/protocol"

/** One sink at the end of a run. */
export interface SinkReport {
  readonly name: string
  readonly emit: string
  /** `open`: it delivered until the end · `ended`: its reader closed · `disabled`: its destination failed for good. */
  readonly state: "open" | "ended" | "disabled"
  /** Why it ended or was disabled. Absent while it was open. */
  readonly error?: string
  /** Whether its reader has all records, as far as it is still there. */
  readonly isDelivered: boolean
  /** Records that were lost on the way, by reason. */
  readonly losses: Readonly<Record<string, number>>
  readonly counts: LaneCounts
}

/** A run of a pipeline. */
export interface RunReport {
  readonly run: string
  /** Why it ended: `source ended`, `aborted`, `time is up`, … */
  readonly reason: string
  readonly durationMillis: number
  readonly frames: number
  readonly changes: number
  readonly controls: number
  /** UTC; null where no event came. */
  readonly lastEventAt: string | null
  readonly connectionsLost: number
  /** The times in which prices were unverified or stale; of more than 1,000 the newest. */
  readonly blindWindows: ReadonlyArray<BlindWindow>
  /** Names in the filters for which no data came. */
  readonly noData: {
    readonly sports: ReadonlyArray<string>
    readonly sportsbooks: ReadonlyArray<string>
    readonly games: ReadonlyArray<string>
    readonly markets: ReadonlyArray<string>
  }
  /** Whether every reader that is still there has all records. */
  readonly isDelivered: boolean
  readonly sinks: ReadonlyArray<SinkReport>
}
