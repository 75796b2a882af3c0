/** Emits of one run: each is opened once, however many routes use it. */
import type { Envelope } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext } from "./Emit.ts"

/** Opens an emit, or returns the emission that is open already. */
export type OpenEmit = <A>(emit: Emit<A>) => Emission<A>

/** Makes an {@link OpenEmit} for one run. */
export const openEmits = (context: EmitContext): OpenEmit => {
  const opened = new Map<Emit<unknown>, Emission<unknown>>()
  return <A>(emit: Emit<A>): Emission<A> => {
    const known = opened.get(emit)
    // The map cannot express that an emission is stored under the emit that opened it.
    if (known !== undefined) return known as Emission<A>
    const emission = oncePerTurn(emit.open(context))
    opened.set(emit, emission)
    return emission
  }
}

/** The same emission, with its envelopes made once per turn: the same steps give the same array. */
const oncePerTurn = <A>(emission: Emission<A>): Emission<A> => {
  let last: ReadonlyArray<Step> | undefined
  let envelopes: ReadonlyArray<Envelope<A>> = []
  return {
    of: (steps) => {
      if (steps !== last) {
        last = steps
        envelopes = emission.of(steps)
      }
      return envelopes
    },
    ...emission.control === undefined ? {} : { control: emission.control.bind(emission) },
    ...emission.snapshot === undefined ? {} : { snapshot: emission.snapshot.bind(emission) },
  }
}
