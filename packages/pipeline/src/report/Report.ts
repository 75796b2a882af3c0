/** The report of a run. */
import type { BlindWindow, Filters, Millis, NoticeLevel } from "@boltodds/protocol"
import type { LaneCounts, LaneStatus } from "@boltodds/lane"
import type { SinkError } from "@boltodds/sink"
import type { Unread } from "./Unread.ts"
import type * as Duration from "effect/Duration"

/** One route, at the end. */
export interface RouteReport extends LaneStatus {
  readonly name: string
  readonly emit: string
  readonly required: boolean
  /** `open`: it delivered until the end of the run · `ended`: its reader closed · `disabled`: its sink failed for good. */
  readonly state: "open" | "ended" | "disabled"
  /** The error that ended or disabled it. */
  readonly error?: SinkError
  readonly counts: LaneCounts
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
  /** Connections that had been accepted and were lost. */
  readonly connectionsLost: number
  /** The number of blind windows: times in which prices were unverified or stale. */
  readonly blindWindows: number
  /**
   * The windows; of more than 1,000, the newest. If no route needed more than frames, only losses of a connection (until
   * the next subscription) and silence are known.
   */
  readonly windows: ReadonlyArray<BlindWindow>
  /** Games that were unverified alone, because a message of theirs could not be read. */
  readonly unverifiedGames: number
  /** Notices of the server; of more than 100 texts, the first. */
  readonly notices: ReadonlyArray<NoticeReport>
  /** Names in the filters for which no data came; empty if no route reads messages (`raw`). */
  readonly noData: Required<Filters>
  /**
   * Estimated size in memory of what is known at the end, and its bound (`limits.bytes`), both in bytes. Absent where no
   * route asked for more than frames.
   */
  readonly book?: { readonly bytes: number; readonly bound: number }
  /** Counts of messages that were not applied to the book. */
  readonly unread: Unread
  readonly routes: ReadonlyArray<RouteReport>
}

/** A notice of the server, and how often it was reported. */
export interface NoticeReport {
  readonly action: string | null
  readonly level: NoticeLevel
  readonly message: string
  readonly count: number
}

/**
 * Whether the reader of a route is missing records now: records that were not delivered, or were lost and not made good by
 * a resnapshot. An emit without resnapshots (`messages`, `quotes`, `raw`) cannot make a loss good. A reader that has
 * closed is missing nothing.
 */
export const isMissingRecords = ({ state, counts, isLossy }: RouteReport): boolean =>
  state !== "ended" && (isLossy || counts.pending > 0)

/** Whether every reader that is still there has all records. */
export const isDelivered = (report: Report): boolean => !report.routes.some(isMissingRecords)
