/** What the stream says about itself: gaps, what is unverified, and their end. */
import * as Schema from "effect/Schema"
import type { Change } from "./Change.ts"
import {
  type ClockJumped,
  clockJumped,
  type FeedNotice,
  feedNotice,
  type Heartbeat,
  heartbeat,
  type NoData,
  noData,
  type StreamResumed,
  streamResumed,
  type StreamStarted,
  streamStarted,
  type StreamStopped,
  streamStopped,
} from "./controls/runControls.ts"
import {
  type Fresh,
  fresh,
  type GameVerified,
  gameVerified,
  type GapClosed,
  gapClosed,
  type GapOpened,
  gapOpened,
  type Stale,
  stale,
  type Synced,
  synced,
} from "./controls/trustControls.ts"
import {
  type Dropped,
  dropped,
  type GameRekeyed,
  gameRekeyed,
  type Quarantined,
  quarantined,
  type ResyncWanted,
  resyncWanted,
} from "./controls/lossControls.ts"

export { quarantineScopes } from "./controls/lossControls.ts"
export { schemaVersion } from "./controls/runControls.ts"
export { staleReasons } from "./controls/trustControls.ts"
export type {
  ClockJumped,
  FeedNotice,
  Heartbeat,
  NoData,
  StreamResumed,
  StreamStarted,
  StreamStopped,
} from "./controls/runControls.ts"
export type { Fresh, GameVerified, GapClosed, GapOpened, Stale, Synced } from "./controls/trustControls.ts"
export type { Dropped, GameRekeyed, Quarantined, ResyncWanted } from "./controls/lossControls.ts"

/** A record about the stream itself. Readers ignore kinds and fields they do not know. */
export type Control =
  | StreamStarted
  | StreamResumed
  | StreamStopped
  | GapOpened
  | GameVerified
  | GapClosed
  | Synced
  | Stale
  | Fresh
  | Heartbeat
  | Dropped
  | Quarantined
  | GameRekeyed
  | ResyncWanted
  | ClockJumped
  | FeedNotice
  | NoData

/** The kind of a {@link Control}. */
export type ControlKind = Control["control"]

/** The schema of {@link Control}. */
export const Control: Schema.Codec<Control> = Schema.Union([
  streamStarted,
  streamResumed,
  streamStopped,
  gapOpened,
  gameVerified,
  gapClosed,
  synced,
  stale,
  fresh,
  heartbeat,
  dropped,
  quarantined,
  resyncWanted,
  gameRekeyed,
  clockJumped,
  feedNotice,
  noData,
]).annotate({
  identifier: "Control",
  title: "Control",
  description: "What the stream says about itself: gaps, what is unverified, and their end.",
})

/** A record of the stream: what happened to the odds, or what the stream says about itself. */
export type StreamRecord = Change | Control

/** Whether a record is a control. */
export const isControl = (record: StreamRecord): record is Control => "control" in record
