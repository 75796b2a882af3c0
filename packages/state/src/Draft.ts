/** The reducer at work: events in, records out, in place on what it owns. */
import { type Change, type Control, type FeedEvent, type Millis, schemaVersion } from "@boltodds/protocol"
import { fireDeadlines } from "./internal/deadline/deadlines.ts"
import { applyEvent } from "./internal/session/events.ts"
import { openRestartGaps } from "./internal/session/restored.ts"
import { Work } from "./internal/work.ts"
import { type SessionStanding, standingsIn } from "./SessionStanding.ts"
import { type SportsbookTotals, totalsIn } from "./SportsbookTotals.ts"
import type { State, StateCounts } from "./State.ts"
import type { ActionCount, Core, LimitCount } from "./internal/Core.ts"

/** The last time a `Date` can hold (ECMA-262, "Time Values and Time Range"). */
const lastMillis = 8.64e15

const none: ReadonlyArray<Change | Control> = []

/** One event and its records, in order. Records of deadlines that passed before the event come first. */
export interface Step {
  readonly event: FeedEvent
  /** Changes and controls, in the order of their `seq`. */
  readonly records: ReadonlyArray<Change | Control>
}

/**
 * A reducer that works in place: what a long-lived consumer holds.
 *
 * Made by `thaw`. It copies a game when it first touches it and then changes its copy, so one event costs the same
 * however much is known. {@link Draft.seal} gives an immutable state at any time, after which copies are made anew.
 */
export class Draft {
  readonly #work: Work
  readonly #seal: (core: Core) => State

  /** @internal Use `thaw`. */
  constructor(core: unknown, seal: (core: never) => State) {
    this.#work = new Work(core as Core)
    this.#seal = seal as (core: Core) => State
  }

  /** Applies events in order; one step for each. Throws where the run has been stopped. */
  apply(events: ReadonlyArray<FeedEvent>): ReadonlyArray<Step> {
    const work = this.#work
    if (work.core.stopped) throw new Error("Cannot apply events after the run was stopped: start a new state")
    const steps: Array<Step> = []
    for (const event of events) {
      const at = this.#advance(event.at)
      // What readers know of an earlier run must not stay believed until the feed answers.
      const begins = event._tag !== "Tick" || work.core.resumes !== undefined
      if (!work.core.started && begins) this.#start(event, at)
      if (at >= work.core.due) fireDeadlines(work, at)
      applyEvent(work, event, at)
      if (work.records.length === 0) steps.push({ event, records: none })
      else {
        // The list that grew is kept for the next event; a step holds one of the right size.
        steps.push({ event, records: work.records.slice() })
        work.records.length = 0
      }
    }
    return steps
  }

  /** Ends the run at this time: `stream_stopped`, and nothing known is live any more. */
  stop(at: Millis, reason: string): ReadonlyArray<Change | Control> {
    const work = this.#work
    if (work.core.stopped) return none
    work.core.stopped = true
    if (!work.core.started) return none
    const now = this.#advance(at)
    if (now >= work.core.due) fireDeadlines(work, now)
    work.begin({ session: work.core.lastSession, epoch: work.core.lastEpoch }, now, null, false)
    for (const session of work.core.sessions.values()) work.ownSession(session).invalidatedAt = work.invalidate()
    work.control("stream_stopped", { reason })
    work.end()
    const records = work.records
    work.records = []
    return records
  }

  /** What has been met so far and not applied, or applied with a remark; the same as `counts` of its state. */
  get counts(): StateCounts {
    return { ...this.#work.core.counts }
  }

  /** How often each unknown action came so far; the same as `unknownActions` of its state. */
  get unknownActions(): ReadonlyMap<string, ActionCount> {
    return this.#work.core.actions
  }

  /** Which bounds were reached so far; the same as `reachedLimits` of its state. */
  get reachedLimits(): ReadonlyMap<string, LimitCount> {
    return this.#work.core.limits
  }

  /** Estimated size of all that is kept, in bytes of memory: never more than `limits.bytes`. */
  get bytes(): number {
    return this.#work.core.bytes
  }

  /** How much is known of each sportsbook, and how much of it counts as live. Takes as long as there are games. */
  get sportsbooks(): ReadonlyArray<SportsbookTotals> {
    return totalsIn(this.#work.core)
  }

  /** What each session is doing, at the time of the last event. */
  get standings(): ReadonlyArray<SessionStanding> {
    return standingsIn(this.#work.core)
  }

  /** All sessions met so far that still own something or may, with their epochs: what a reader's games may belong to. */
  get sessions(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#work.core.sessions.values(), ({ name, epoch }) => [name, epoch]))
  }

  /** The state as it is now, immutable. The draft goes on. */
  seal(): State {
    const sealed = this.#work.core
    this.#work.handOver()
    return this.#seal(sealed)
  }

  /** Time never goes back, whatever several sessions' clocks or a foreign replay say; nor does it leave the calendar. */
  #advance(at: Millis): Millis {
    const { core } = this.#work
    if (at > core.now && at <= lastMillis) core.now = at
    return core.now
  }

  #start(event: FeedEvent, at: Millis): void {
    const work = this.#work
    work.core.started = true
    work.begin(event, at, null, false)
    const { resumes, options: { filters, term } } = work.core
    const fields = { schema_version: schemaVersion, filters, ...term === undefined ? {} : { term } }
    if (resumes === undefined) work.control("stream_started", fields)
    else {
      work.control("stream_resumed", { ...fields, resumes })
      openRestartGaps(work, at)
    }
    work.end()
  }
}
