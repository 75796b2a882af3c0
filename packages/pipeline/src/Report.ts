/** What a run comes to. */
import type { GapOpened, Millis } from "@boltodds/protocol"
import { isComplete, type LaneCounts, type SinkError } from "@boltodds/sink"
import type * as Duration from "effect/Duration"

/** One route, at the end. */
export interface RouteReport {
  readonly name: string
  readonly emit: string
  readonly required: boolean
  /** `open`: it delivered until the run ended · `ended`: its reader went · `disabled`: its sink failed for good. */
  readonly state: "open" | "ended" | "disabled"
  /** What ended or disabled it. */
  readonly error?: SinkError
  readonly counts: LaneCounts
}

/** A time without a connection, as told by `gap_opened` and `gap_closed`. */
export interface GapReport {
  readonly session: string
  readonly reason: GapOpened["reason"]
  /** ISO 8601, UTC. */
  readonly openedAt: string
  /** Null while it is not closed. */
  readonly closedAt: string | null
  /** Whether nothing stayed unverified. */
  readonly complete: boolean
}

/** How a run went. */
export interface Report {
  readonly run: string
  /** Why it ended; `stream_stopped` says the same. */
  readonly reason: string
  readonly duration: Duration.Duration
  readonly events: number
  readonly frames: number
  /** Changes of the book; 0 where no route asked for it. */
  readonly changes: number
  readonly controls: number
  /** The time of the last event by the session clock; null where there was none. */
  readonly lastEventAt: Millis | null
  readonly gapsOpened: number
  /** The first 100 of them. Empty where no route asked for more than frames. */
  readonly gaps: ReadonlyArray<GapReport>
  readonly routes: ReadonlyArray<RouteReport>
}

/** Whether everything was delivered to everybody who still wanted it. */
export const isDelivered = (report: Report): boolean =>
  report.routes.every((route) => route.state === "ended" || isComplete(route.counts))
