/** Processors: what a route does with records on their way to its sink. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"

/**
 * A step between an emit and a lane; one per route and run. It may change, drop, delay and merge records.
 *
 * Its only clock is these arguments, so that a replay gives the same. Controls never pass through it: before each it is
 * flushed, so none overtakes a record that was before it. Which envelope is the `last` of its group is set anew behind
 * it.
 */
export interface Processor<in A, out B> {
  /** Takes the records of one group, or of its part between two controls; gives what can be passed on already. */
  readonly push: (records: ReadonlyArray<Envelope<A>>) => ReadonlyArray<Envelope<B>>
  /** When it has something to do without being pushed. */
  readonly dueAt: () => Millis | undefined
  /** That time has come. Afterwards `dueAt` is later, or undefined. */
  readonly advance: (now: Millis) => ReadonlyArray<Envelope<B>>
  /** All that is held back must come out now. */
  readonly flush: () => ReadonlyArray<Envelope<B>>
}

const none: ReadonlyArray<never> = []

/** Passes on what the predicate holds for. */
export const filter = <A>(predicate: (value: A) => boolean): Processor<A, A> => ({
  push: (records) => records.filter((envelope) => envelope._tag === "Record" && predicate(envelope.value)),
  dueAt: () => undefined,
  advance: () => none,
  flush: () => none,
})

/** One processor behind another. */
export const chain = <A, B, C>(first: Processor<A, B>, second: Processor<B, C>): Processor<A, C> => {
  const through = (records: ReadonlyArray<Envelope<B>>): ReadonlyArray<Envelope<C>> =>
    records.length === 0 ? none : second.push(records)
  const isDue = (processor: Processor<never, unknown>, now: Millis): boolean => {
    const due = processor.dueAt()
    return due !== undefined && due <= now
  }
  return {
    push: (records) => through(first.push(records)),
    dueAt: () => {
      const [a, b] = [first.dueAt(), second.dueAt()]
      return a === undefined ? b : b === undefined ? a : Math.min(a, b)
    },
    advance: (now) => [
      ...(isDue(first, now) ? through(first.advance(now)) : none),
      ...(isDue(second, now) ? second.advance(now) : none),
    ],
    flush: () => [...through(first.flush()), ...second.flush()],
  }
}
