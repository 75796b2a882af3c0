/** All faults, by the names that the command line and scenarios have for them. */
import { damages } from "./damage.ts"
import { disconnects } from "./disconnects.ts"
import { duplicateFault } from "./duplicate.ts"
import type { Fault } from "./Fault.ts"
import { garbageFault } from "./garbage.ts"
import { lateArrivalsFault } from "./lateArrivals.ts"
import { oddValues } from "./oddValues.ts"
import { refusals } from "./refusals.ts"
import { reorderFault } from "./reorder.ts"
import { silences } from "./silences.ts"
import { worldChanges } from "./worldChanges.ts"

/** Every fault, in the order that lists show them. A fault is its maker and its entry, in one of these files. */
export const faults: ReadonlyArray<Fault> = [
  ...disconnects,
  ...silences,
  duplicateFault,
  reorderFault,
  lateArrivalsFault,
  ...refusals,
  ...damages,
  garbageFault,
  ...oddValues,
  ...worldChanges,
]

/** The fault of a name. */
export const faultNamed = (name: string): Fault | undefined => faults.find((fault) => fault.name === name)
