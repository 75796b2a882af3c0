/** A fault as people name it. */
import type { Behaviour } from "./Behaviour.ts"
import { instead } from "./nearest.ts"
import type { Parameter, ValueOf } from "./Parameter.ts"

/** Parameters by name. */
export interface Parameters {
  readonly [name: string]: Parameter<unknown>
}

/** The values that are given, by the names of the parameters. */
export type Values<P extends Parameters> = { readonly [name in keyof P]?: ValueOf<P[name]> }

/** A fault of the list: its name, what there is to know, and how it is made from what was said. */
export interface Fault {
  readonly name: string
  /** What happens, in a line. */
  readonly about: string
  /** What a good client does. */
  readonly client: string
  /** Whether it changes the made-up world: not with a replay. */
  readonly needsWorld: boolean
  /** Whether it is over in a moment, so that `--faults` repeats it unless told otherwise. */
  readonly momentary: boolean
  readonly parameters: Parameters
  /**
   * Makes it from values as written, by parameter. Anything that is no text counts as its text: `5` as `"5"`.
   * Gives what is wrong instead, all of it.
   */
  readonly make: (given: { readonly [name: string]: unknown }) => Made
}

/** What is wrong, and with which parameter. */
export interface FaultProblem {
  /** Undefined: with all of it. */
  readonly parameter: string | undefined
  readonly message: string
}

/** A behaviour, or why there is none. */
export type Made =
  | { readonly behaviour: Behaviour; readonly problems?: never }
  | { readonly behaviour?: never; readonly problems: ReadonlyArray<FaultProblem> }

/** A fault, its parameters' values typed by what reads them. */
export const fault = <const P extends Parameters>(description: {
  readonly name: string
  readonly about: string
  readonly client: string
  readonly needsWorld?: boolean
  readonly momentary?: boolean
  readonly parameters: P
  /** May throw `RangeError` where values do not go together. */
  readonly make: (values: Values<P>) => Behaviour
}): Fault => ({
  name: description.name,
  about: description.about,
  client: description.client,
  needsWorld: description.needsWorld ?? false,
  momentary: description.momentary ?? false,
  parameters: description.parameters,
  make: (given) => {
    const problems: Array<FaultProblem> = []
    const values: Record<string, unknown> = {}
    for (const [name, written] of Object.entries(given)) {
      const parameter = Object.hasOwn(description.parameters, name) ? description.parameters[name] : undefined
      if (parameter === undefined) {
        problems.push({ parameter: name, message: unknownParameter(description.name, name, description.parameters) })
        continue
      }
      const value = parameter.read(textOf(written))
      if (value === undefined) {
        const message = `${description.name}: ${name} must be ${parameter.allowed}: it is ${show(written)}`
        problems.push({ parameter: name, message })
      } else values[name] = value
    }
    if (problems.length > 0) return { problems }
    try {
      // Each value was read by the parameter of its name.
      return { behaviour: description.make(values as Values<P>) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { problems: [{ parameter: undefined, message: `${description.name}: ${error.message}` }] }
    }
  },
})

const textOf = (written: unknown): string =>
  typeof written === "string" ? written : written === null ? "" : JSON.stringify(written) ?? ""

const show = (written: unknown): string => typeof written === "string" ? written || "nothing" : textOf(written)

const unknownParameter = (fault: string, name: string, parameters: Parameters): string =>
  `${fault} has no ${name}${instead(name, Object.keys(parameters), "It has")}`
