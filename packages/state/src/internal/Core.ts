/** All that a reducer keeps of one run. */
import type { Millis } from "@boltodds/protocol"
import { type ResolvedOptions, resolveOptions, type StateOptions } from "../Options.ts"
import type { Limited, Removal } from "./model.ts"
import type { SessionState } from "./session/SessionState.ts"

/** What was received and not applied, for reports. */
export interface Counts {
  /** Events of an epoch that had ended. */
  oldEpoch: number
  /** Messages, or outcomes of one, outside the filters. */
  filtered: number
  /** Messages that could not be read. */
  quarantined: number
  /** Outcomes that could not be read. */
  rejected: number
  /** Messages of a kind we do not know, ignored ones included. */
  unknown: number
  /** Of them, those whose action the options say to ignore. */
  ignored: number
  /** Messages about a removed game that were sent before its removal. */
  lateArrivals: number
  /** Messages about a game that another session owns. */
  overlapping: number
  /** Outcomes applied although an earlier arrival had been sent later. */
  late: number
  /** Messages, or outcomes of one, that were beyond a bound of `StateLimits`. */
  limited: number
}

/** How often an unknown action came. */
export interface ActionCount {
  readonly count: number
  /** The options say to ignore it. */
  readonly ignored: boolean
}

/** How often a bound was reached. */
export interface LimitCount {
  /** Its value. */
  readonly bound: number
  /** Messages, or outcomes of one, that were beyond it. */
  readonly count: number
  /** What the first of them was about: null where it names none. */
  readonly first: { readonly sportsbook: string | null; readonly game: string | null }
}

export interface Core {
  readonly options: ResolvedOptions
  /** Whether lines are kept. */
  readonly depth: "sync" | "book"
  /** The run that this one goes on from, where it does. */
  readonly resumes: string | undefined
  started: boolean
  stopped: boolean
  seq: number
  frame: number
  moment: number
  /** The time of the run: that of the last event, never decreasing. */
  now: Millis
  games: number
  lines: number
  /** The estimated size of all that is kept; see `size.ts`. */
  bytes: number
  /** The last report of a session that did not fit. */
  limited: Limited | undefined
  /** Whether an event was refused because its session did not fit. */
  hasRefusedSession: boolean
  /** The removals in events that were refused with their session, as one. */
  refusedRemoval: Removal | undefined
  counts: Counts
  /** Unknown actions; replaced, never changed. */
  actions: ReadonlyMap<string, ActionCount>
  /** Bounds that were reached, by name; replaced, never changed. */
  limits: ReadonlyMap<string, LimitCount>
  /** No deadline fires before this. */
  due: Millis
  /** Where the last event came from, ticks apart. */
  lastSession: string
  lastEpoch: number
  sessions: Map<string, SessionState>
}

/** A core before anything happened. */
export const emptyCore = (options: StateOptions, depth: "sync" | "book"): Core => ({
  options: resolveOptions(options),
  depth,
  resumes: undefined,
  started: false,
  stopped: false,
  seq: 0,
  frame: 0,
  moment: 0,
  now: 0,
  games: 0,
  lines: 0,
  bytes: 0,
  limited: undefined,
  hasRefusedSession: false,
  refusedRemoval: undefined,
  counts: {
    oldEpoch: 0,
    filtered: 0,
    quarantined: 0,
    rejected: 0,
    unknown: 0,
    ignored: 0,
    lateArrivals: 0,
    overlapping: 0,
    late: 0,
    limited: 0,
  },
  actions: new Map(),
  limits: new Map(),
  due: Infinity,
  lastSession: "",
  lastEpoch: 0,
  sessions: new Map(),
})

/** A copy whose top level can be changed alone. */
export const copyCore = (core: Core): Core => ({
  ...core,
  counts: { ...core.counts },
  sessions: new Map(core.sessions),
})
