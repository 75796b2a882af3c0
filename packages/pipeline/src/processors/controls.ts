/** Controls, as far as processors must know them. */
import type { ControlValue, Envelope } from "@boltodds/sink"
import type { Processor } from "./Processor.ts"

/** Whether readers forget their whole book at this control. */
export const isStart = (control: ControlValue): boolean => "control" in control && control.control === "stream_started"

/**
 * Whether this control may invalidate lines of the reader. After it, a record that repeats a known line confirms the line,
 * so it must pass. True for kinds that are not known yet.
 */
export const isInvalidation = (control: ControlValue): boolean => {
  if (!("control" in control)) return true
  switch (control.control) {
    case "heartbeat":
    case "game_verified":
    case "gap_closed":
    case "synced":
    // The `quarantined` that follows names what is unverified.
    case "game_rekeyed":
    // A `gap_opened` follows.
    case "resync_wanted":
    // Staleness ends with `fresh`, not with a record of a line.
    case "stale":
    case "fresh":
    case "feed_notice":
    case "no_data":
      return false
    case "quarantined":
      return control.touches !== "outcome" && control.touches !== "nothing"
    default:
      return true
  }
}

/** The records that must come before this control: all held ones, for a processor that takes no controls. */
export const heldBefore = <B>(processor: Processor<never, B>, control: ControlValue): ReadonlyArray<Envelope<B>> =>
  processor.control === undefined ? processor.flush() : processor.control(control)
