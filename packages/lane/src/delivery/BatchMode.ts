/** What a store does with a batch that it gave. */
import type { Store } from "@boltodds/sink"

/**
 * `fixed`: the store is durable; a batch is sent as it was stored, after a crash too, and reports of losses go by
 * themselves · `merging`: a batch that failed is merged with what waits · `queue`: a batch that failed is tried again as
 * it is, with newer reports at its head.
 */
export type BatchMode = "fixed" | "merging" | "queue"

/** The mode of a store: decided once for each lane. */
export const batchModeOf = <A>({ isDurable, requeue }: Store<A>): BatchMode =>
  isDurable === true ? "fixed" : requeue === undefined ? "queue" : "merging"
