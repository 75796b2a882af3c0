/** The processor `filter`: only records that meet a predicate. */
import { immediate } from "./immediate.ts"
import type { Processor } from "./Processor.ts"

/**
 * Passes on the records that meet the predicate. Keeps no state.
 *
 * For messages, quotes and events. Use it on changes only if a line and its game can never begin or stop to meet the
 * predicate (`change.sport === "NBA"`): otherwise the reader keeps a price that no later record corrects. For other
 * predicates use {@link where}.
 *
 * @example
 * ```ts
 * import { filter, type Quote, quotes, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({ name: "nba", emit: quotes(), processor: () => filter<Quote>(({ sport }) => sport === "NBA"), sink: stdout() })
 * ```
 */
export const filter = <A>(predicate: (value: A) => boolean): Processor<A, A> =>
  immediate((envelope) => predicate(envelope.value) ? envelope : undefined)
