/** The error of a write that failed. */
import * as Cause from "effect/Cause"
import { SinkError, type SinkFailure, type SinkOutcome } from "@boltodds/sink"

/**
 * A defect in a sink disables the lane: another try would not help. A sink from another copy of
 * this package has another class, so the shape decides.
 */
export const errorOf = (cause: Cause.Cause<SinkError>): SinkError => {
  const failure: unknown = Cause.squash(cause)
  if (failure instanceof SinkError) return failure
  return new SinkError(isSinkFailure(failure) ? failure : { rest: "disable", cause: failure })
}

const outcomes: ReadonlyArray<unknown> = ["retry", "degrade", "disable", "end"] satisfies ReadonlyArray<SinkOutcome>

const isSinkFailure = (value: unknown): value is SinkFailure =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "SinkError" && "rest" in value &&
  outcomes.includes(value.rest)
