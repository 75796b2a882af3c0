/** A fault as people name it. */
import type { Behavior } from "./Behavior.ts"
import { type ParameterProblem, type Parameters, readValues, type Values } from "./Values.ts"

/** A fault of the list: its name, what there is to know, and how it is made from what was said. */
export interface Fault {
  readonly name: string
  /** What happens, in a line. */
  readonly about: string
  /** What a good client does. */
  readonly client: string
  /** Whether it changes the made-up world: not with a replay. */
  readonly needsWorld: boolean
  /** Whether it is over in a moment. `--faults` repeats such a fault, unless a parameter says otherwise. */
  readonly momentary: boolean
  readonly parameters: Parameters
  /**
   * Makes it from values as written, by parameter. Anything that is no text counts as its text: `5` as `"5"`.
   * Gives what is wrong instead, all of it.
   */
  readonly make: (given: { readonly [name: string]: unknown }) => Made
}

/** A behavior, or why there is none. */
export type Made =
  | { readonly behavior: Behavior; readonly problems?: never }
  | { readonly behavior?: never; readonly problems: ReadonlyArray<ParameterProblem> }

/** A fault, its parameters' values typed by what reads them. */
export const fault = <const P extends Parameters>(description: {
  readonly name: string
  readonly about: string
  readonly client: string
  readonly needsWorld?: boolean
  readonly momentary?: boolean
  readonly parameters: P
  /** May throw `RangeError` where values do not go together. */
  readonly make: (values: Values<P>) => Behavior
}): Fault => ({
  name: description.name,
  about: description.about,
  client: description.client,
  needsWorld: description.needsWorld ?? false,
  momentary: description.momentary ?? false,
  parameters: description.parameters,
  make: (given) => {
    const { values, problems } = readValues(description.name, description.parameters, given)
    if (problems !== undefined) return { problems }
    try {
      return { behavior: description.make(values) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { problems: [{ parameter: undefined, message: `${description.name}: ${error.message}` }] }
    }
  },
})
