/** Everything about faults. */
export type { Behavior, FaultHost } from "./Behavior.ts"
export { omit, oversize, truncate } from "./damage.ts"
export { abort, drop } from "./disconnects.ts"
export { duplicate } from "./duplicate.ts"
export type { Fault } from "./Fault.ts"
export { garbage, garbageFrames } from "./garbage.ts"
export { lateArrivals } from "./lateArrivals.ts"
export { skew, unreadable } from "./oddValues.ts"
export { parseFaults } from "./parseFaults.ts"
export {
  acceptThenClose,
  cutSnapshot,
  errorThenClose,
  ignoreSubscribe,
  limitConnections,
  noAck,
  refuse,
} from "./refusals.ts"
export { reorder } from "./reorder.ts"
export { scheduled, type When } from "./scheduled.ts"
export { halfOpen, mute, pingsOnly, slowDrip, stall } from "./silences.ts"
export { faults } from "./table.ts"
export { bookClear, restart, sportClear } from "./worldChanges.ts"
