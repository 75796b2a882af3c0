/** Emits of one run: each is opened once, however many routes use it. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext } from "./Emit.ts"

/** Opens an emit, or returns the emission that is open already. */
export type OpenEmit = <A>(emit: Emit<A>) => Emission<A>

/** Makes an {@link OpenEmit} for one run. */
export const openEmits = (context: EmitContext): OpenEmit => {
  const opened = new Map<object, Emission<unknown>>()
  return <A>(emit: Emit<A>): Emission<A> => {
    const known = opened.get(emit)
    // The map cannot express that an emission is stored under the emit that opened it.
    if (known !== undefined) return known as Emission<A>
    const emission = openEmit(emit, context)
    opened.set(emit, emission)
    return emission
  }
}

/** Opens an emit as a run does: with its deadlines, and with the envelopes of a turn made once for all routes. */
export const openEmit = <A>(emit: Emit<A>, context: EmitContext): Emission<A> => {
  const emission = emit.open(context)
  const made = emission.dueAt === undefined ? emission.of.bind(emission) : withDeadlines(emit.name, emission)
  let last: ReadonlyArray<Step> | undefined
  let envelopes: ReadonlyArray<Envelope<A>> = []
  return {
    of: (steps) => {
      if (steps !== last) {
        last = steps
        envelopes = made(steps)
      }
      return envelopes
    },
    ...emission.control === undefined ? {} : { control: emission.control.bind(emission) },
    ...emission.snapshot === undefined ? {} : { snapshot: emission.snapshot.bind(emission) },
    ...emission.games === undefined ? {} : { games: emission.games },
  }
}

/** Step by step, because a step can set the deadline that comes before the next one. */
const withDeadlines = <A>(name: string, emission: Emission<A>): Emission<A>["of"] => {
  const due = (): Millis | undefined => emission.dueAt?.()
  return (steps) => {
    const out: Array<Envelope<A>> = []
    for (const step of steps) {
      for (let at = due(); at !== undefined && at <= step.event.at;) {
        for (const envelope of emission.advance?.(at) ?? []) out.push(envelope)
        const next = due()
        if (next !== undefined && next <= at) {
          throw new Error(
            `Cannot advance the emit ${name}: dueAt must be later than ${at} after advance: current value is ${next}`,
          )
        }
        at = next
      }
      for (const envelope of emission.of([step])) out.push(envelope)
    }
    return out
  }
}
