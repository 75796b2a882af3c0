/** What a processor gives before a control. */
import type { ControlValue, Envelope } from "@boltodds/sink"
import type { Processor } from "./Processor.ts"

/** What must stand before this control: of a processor that does not hear of controls, all that it holds back. */
export const heldBefore = <B>(processor: Processor<never, B>, control: ControlValue): ReadonlyArray<Envelope<B>> =>
  processor.control === undefined ? processor.flush() : processor.control(control)
