/** Reading what was said about parameters. */
import { expectedButGot, nearestNames } from "@boltodds/text"
import type { Parameter, ValueOf } from "./Parameter.ts"

/** Parameters by name. */
export interface Parameters {
  readonly [name: string]: Parameter<unknown>
}

/** The values that are given, by the names of the parameters. */
export type Values<P extends Parameters> = { readonly [name in keyof P]?: ValueOf<P[name]> }

/** What is wrong, and with which parameter. */
export interface ParameterProblem {
  /** Undefined: with all of it. */
  readonly parameter: string | undefined
  readonly message: string
}

/** Values, or all that is wrong with them. */
export type Read<P extends Parameters> =
  | { readonly values: Values<P>; readonly problems?: never }
  | { readonly values?: never; readonly problems: ReadonlyArray<ParameterProblem> }

/** Reads values as written; anything that is no text counts as its JSON. `of`: what has these parameters. */
export const readValues = <P extends Parameters>(
  of: string,
  parameters: P,
  given: { readonly [name: string]: unknown },
): Read<P> => {
  const problems: Array<ParameterProblem> = []
  const values: Record<string, unknown> = {}
  for (const [name, written] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (parameter === undefined) {
      const names = Object.keys(parameters)
      const others = names.length === 0 ? ". It has none" : knownNames(name, names, "It has")
      problems.push({ parameter: name, message: `${of} has no ${name}${others}` })
      continue
    }
    const value = parameter.read(textOf(written))
    if (value === undefined) {
      problems.push({ parameter: name, message: `${of} ${name}: ${expectedButGot(parameter.allowed, written)}` })
    } else values[name] = value
  }
  // Each value was read by the parameter of its name.
  return problems.length > 0 ? { problems } : { values: values as Values<P> }
}

const textOf = (written: unknown): string =>
  typeof written === "string" ? written : written === null ? "" : JSON.stringify(written) ?? ""

/** The end of a message about an unknown name: the nearest name, if one is near, and all names after `verb`. */
export const knownNames = (text: string, all: ReadonlyArray<string>, verb: string): string => {
  const [near] = nearestNames(text, all)
  return `${near === undefined ? "." : `; did you mean ${near}?`} ${verb} ${all.join(", ")}`
}
