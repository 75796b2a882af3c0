/** What a run comes to. */
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
  /** `open`: it delivered until the run ended · `ended`: its reader went · `disabled`: its sink failed for good. */
  readonly state: "open" | "ended" | "disabled"
  /** What ended or disabled it. */
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
  /** How many blind windows there were: times in which what was known was not to be believed. */
  readonly blindWindows: number
  /**
   * The windows, of more than 1,000 the newest. Where no route asked for more than frames they are what the events alone
   * tell: from the loss of a connection to the next subscription, and silence.
   */
  readonly windows: ReadonlyArray<BlindWindow>
  /** Games that were in doubt one by one, because something of theirs could not be read. */
  readonly unverifiedGames: number
  /** What the server said in its own words: of more than 100 texts the first. */
  readonly notices: ReadonlyArray<NoticeReport>
  /** Names of the filters of which nothing came until the end; empty where no route looks into messages (`raw`). */
  readonly noData: Required<Filters>
  /**
   * Estimated size in memory of what is known at the end, and its bound (`limits.bytes`), both in bytes. Absent where no
   * route asked for more than frames.
   */
  readonly book?: { readonly bytes: number; readonly bound: number }
  /** What came and was not applied to the book. */
  readonly unread: Unread
  readonly routes: ReadonlyArray<RouteReport>
}

/** Words of the server, and how often they were reported. */
export interface NoticeReport {
  readonly action: string | null
  readonly level: NoticeLevel
  readonly message: string
  readonly count: number
}

/**
 * Whether the reader of a route lacks something now: records that were not delivered, or that were lost, for whatever
 * reason, and that no resnapshot has made good. An emit that has no resnapshot (`messages`, `quotes`, `raw`) cannot make
 * a loss good. A reader that has gone lacks nothing.
 */
export const isMissingRecords = ({ state, counts, isLossy }: RouteReport): boolean =>
  state !== "ended" && (isLossy || counts.pending > 0)

/** Whether every reader that has not gone has everything. */
export const isDelivered = (report: Report): boolean => !report.routes.some(isMissingRecords)
