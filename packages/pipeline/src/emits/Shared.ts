/** Emits, opened once for all routes that ask for them. */
import type { Envelope } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext } from "./Emit.ts"

/** An emission whose envelopes are made once per turn. */
export class SharedEmission<A> {
  readonly emission: Emission<A>
  #steps: ReadonlyArray<Step> | undefined
  #envelopes: ReadonlyArray<Envelope<A>> = []

  constructor(emission: Emission<A>) {
    this.emission = emission
  }

  /** The envelopes of a turn; the same turn gives the same array. */
  of(steps: ReadonlyArray<Step>): ReadonlyArray<Envelope<A>> {
    if (steps !== this.#steps) {
      this.#steps = steps
      this.#envelopes = this.emission.of(steps)
    }
    return this.#envelopes
  }
}

/** The emissions of one run, by their emit. */
export class SharedEmissions {
  readonly #context: EmitContext
  readonly #known = new Map<Emit<unknown>, SharedEmission<unknown>>()

  constructor(context: EmitContext) {
    this.#context = context
  }

  /** The emission of an emit: one for each emit, however many routes ask. */
  for<A>(emit: Emit<A>): SharedEmission<A> {
    const known = this.#known.get(emit)
    // What is stored under an emit was opened by it: the types agree, though a map cannot say so.
    if (known !== undefined) return known as SharedEmission<A>
    const opened = new SharedEmission(emit.open(this.#context))
    this.#known.set(emit, opened)
    return opened
  }
}
