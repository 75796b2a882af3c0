/** The pure functions over states: events in, records out. */
import type { Change, Control, FeedEvent, Millis } from "@boltodds/protocol"
import { Draft, type Step } from "./Draft.ts"
import { type ActionCount, copyCore, emptyCore, type LimitCount } from "./internal/Core.ts"
import type { StateOptions } from "./Options.ts"
import { coreOf, seal, type State, type StateCounts, type Sync } from "./State.ts"

/** The state before anything happened. */
export const make = (options: StateOptions): State => seal(emptyCore(options, "book"))

/** The state before anything happened, for {@link track}. */
export const makeSync = (options: StateOptions): Sync => seal(emptyCore(options, "sync")) as Sync

/**
 * Applies events in order; the given state stays as it was.
 *
 * Every deadline (settling, staleness, heartbeats) up to an event's time fires before it, stamped with the deadline.
 * The result does not depend on how events are grouped into calls, nor on added `Tick`s. Costs a copy of the games it
 * touches: to apply many small batches, {@link thaw} once and keep the draft.
 */
export const apply = (
  state: State,
  events: ReadonlyArray<FeedEvent>,
): { readonly state: State; readonly steps: ReadonlyArray<Step> } => {
  const draft = thaw(state)
  const steps = draft.apply(events)
  return { state: draft.seal(), steps }
}

/**
 * {@link apply} without a book: keeps which games exist and what is verified, but no lines. Its records are the
 * controls, and the changes of games.
 */
export const track = (
  sync: Sync,
  events: ReadonlyArray<FeedEvent>,
): { readonly sync: Sync; readonly steps: ReadonlyArray<Step> } => {
  const { state, steps } = apply(sync, events)
  return { sync: state as Sync, steps }
}

/** Ends the run: nothing known is live any more. Events applied to the result throw. */
export const stop = (
  state: State,
  at: Millis,
  reason: string,
): { readonly state: State; readonly records: ReadonlyArray<Change | Control> } => {
  const draft = thaw(state)
  const records = draft.stop(at, reason)
  return { state: draft.seal(), records }
}

/** A draft that begins at this state and works in place on what it has copied once. */
export const thaw = (state: State): Draft => new Draft(copyCore(coreOf(state)), seal)

/** What has been met and not applied, or applied with a remark. */
export const counts = (state: State): StateCounts => coreOf(state).counts

/** How often each unknown action came, and whether the options ignore it; at most 100 of them, the first. */
export const unknownActions = (state: State): ReadonlyMap<string, ActionCount> => coreOf(state).actions

/** Which bounds were reached, by the name that `quarantined` has in `limit`, how often, and by what first. */
export const reachedLimits = (state: State): ReadonlyMap<string, LimitCount> => coreOf(state).limits
