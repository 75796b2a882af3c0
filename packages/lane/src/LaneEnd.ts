/** How lanes end. */
import type { SinkError } from "@boltodds/sink"

/** How a lane came to its end: `Drained` (or its time to drain was over), `Ended` in peace by its sink, `Disabled` by its sink. */
export type LaneEnd =
  | { readonly _tag: "Drained" }
  | { readonly _tag: "Ended"; readonly error: SinkError }
  | { readonly _tag: "Disabled"; readonly error: SinkError }
