/** The processor `chain`: one processor after another. */
import type { Envelope } from "@boltodds/sink"
import { heldBefore } from "./controls.ts"
import type { Processor } from "./Processor.ts"

const none: ReadonlyArray<never> = []

/**
 * Runs one processor after another.
 *
 * @example
 * ```ts
 * import { changes, chain, minMove, route, where } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({
 *   name: "moves",
 *   emit: changes(),
 *   processor: () => chain(where((change) => change.sport === "NBA"), minMove({ cents: 5 })),
 *   sink: stdout(),
 * })
 * ```
 */
export const chain = <A, B, C>(first: Processor<A, B>, second: Processor<B, C>): Processor<A, C> => {
  const through = (records: ReadonlyArray<Envelope<B>>): ReadonlyArray<Envelope<C>> =>
    records.length === 0 ? none : second.push(records)
  return {
    push: (records) => through(first.push(records)),
    dueAt: () => {
      const [a, b] = [first.dueAt(), second.dueAt()]
      return a === undefined ? b : b === undefined ? a : Math.min(a, b)
    },
    advance: (now) => [
      ...isDue(first, now) ? through(first.advance(now)) : none,
      ...isDue(second, now) ? second.advance(now) : none,
    ],
    flush: () => [...through(first.flush()), ...second.flush()],
    control: (value) => [...through(heldBefore(first, value)), ...heldBefore(second, value)],
  }
}

const isDue = (processor: Processor<never, unknown>, now: number): boolean => {
  const due = processor.dueAt()
  return due !== undefined && due <= now
}
