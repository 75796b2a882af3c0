/** The processor `filter`: some records and not others. */
import { immediate } from "./immediate.ts"
import type { Processor } from "./Processor.ts"

/**
 * Passes on what the predicate holds for, and remembers nothing.
 *
 * For messages, quotes and events. Of changes it is safe where a line and its game can never begin or cease to satisfy
 * the predicate (`change.sport === "NBA"`): otherwise the reader keeps a price that nobody will correct. There use
 * {@link where}.
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
