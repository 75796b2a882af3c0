/** Controls, as far as processors must know them. */
import type { ControlValue, Envelope } from "@boltodds/sink"
import type { Processor } from "./Processor.ts"

/** Whether readers forget all that they know at this control. */
export const isStart = (control: ControlValue): boolean => "control" in control && control.control === "stream_started"

/**
 * Whether lines that a reader knows may be in doubt after this control: then a record that says what the reader has
 * already been told may say that it is so again. True for kinds nobody knows yet.
 */
export const isInvalidation = (control: ControlValue): boolean => {
  if (!("control" in control)) return true
  switch (control.control) {
    case "heartbeat":
    case "game_verified":
    case "gap_closed":
    case "synced":
    // The `quarantined` that follows it says what is unverified.
    case "game_rekeyed":
    // A gap follows, and says so.
    case "resync_wanted":
    // What is stale is kept apart from what is known of lines: it ends with `fresh`, not with a record of a line.
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

/** What must stand before this control: of a processor that does not hear of controls, all that it holds back. */
export const heldBefore = <B>(processor: Processor<never, B>, control: ControlValue): ReadonlyArray<Envelope<B>> =>
  processor.control === undefined ? processor.flush() : processor.control(control)
