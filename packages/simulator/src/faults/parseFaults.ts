/** Faults from a line of text. */
import { SimulatorError } from "../SimulatorError.ts"
import type { Behavior } from "./Behavior.ts"
import { knownNames } from "./Values.ts"
import { faultNamed, faults } from "./table.ts"

/** One fault as it was written. */
interface Written {
  readonly name: string
  readonly given: { readonly [parameter: string]: string }
}

/** How often faults that are over in a moment happen, where neither `after` nor `every` is said. */
const usualEvery = "30s"

/**
 * The behaviors that a text names: `mute after=10s for=60s, garbage share=0.1`. Faults are separated by commas, and
 * parameters by spaces; a value with a space or a comma in it stands in double quotes.
 *
 * A fault that is over in a moment (drop, abort, …) happens every 30 seconds where neither `after` nor `every` is said.
 * Fails with {@link SimulatorError} of kind `faults`, which names all that is wrong and what is allowed.
 */
export const parseFaults = (text: string): ReadonlyArray<Behavior> => {
  const problems: Array<string> = []
  const behaviors: Array<Behavior> = []
  for (const { name, given } of written(text)) {
    const fault = faultNamed(name)
    if (fault === undefined) {
      problems.push(unknownFault(name))
      continue
    }
    const repeated = fault.momentary && given["after"] === undefined && given["every"] === undefined
    const made = fault.make(repeated ? { ...given, every: usualEvery } : given)
    if (made.behavior === undefined) problems.push(...made.problems.map(({ message }) => message))
    else behaviors.push(made.behavior)
  }
  if (problems.length > 0) throw new SimulatorError("faults", problems.join("; "))
  return behaviors
}

/** What to say about a name that no fault has. */
export const unknownFault = (name: string): string =>
  `there is no fault ${name}${knownNames(name, faults.map((fault) => fault.name), "There are")}`

const word = /\s*(?:(,)|([a-z][\w-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([^\s,="]+)(?=[\s,]|$)|(\S+))/gy

/** The text, taken apart. */
const written = (text: string): ReadonlyArray<Written> => {
  const faults: Array<{ name: string; given: Record<string, string> }> = []
  let current: { name: string; given: Record<string, string> } | undefined
  for (const [all, comma, parameter, quoted, bare, name, other] of text.trim().matchAll(word)) {
    if (comma !== undefined) {
      if (current === undefined) throw wrong("there is a comma with no fault before it", text)
      current = undefined
    } else if (parameter !== undefined) {
      if (current === undefined) throw wrong(`${all.trim()} stands before the name of its fault`, text)
      if (Object.hasOwn(current.given, parameter)) throw wrong(`${current.name} has ${parameter} twice`, text)
      current.given[parameter] = quoted === undefined ? bare ?? "" : quoted.replace(/\\(.)/g, "$1")
    } else if (name !== undefined) {
      if (current !== undefined) throw wrong(`a comma is missing before ${name}`, text)
      current = { name, given: {} }
      faults.push(current)
    } else throw wrong(`${other} is neither a fault nor name=value`, text)
  }
  if (faults.length === 0 || current === undefined) throw wrong("a fault is missing at the end", text)
  return faults
}

const wrong = (why: string, text: string): SimulatorError =>
  new SimulatorError(
    "faults",
    `${JSON.stringify(text)} is not a list of faults: ${why}. Write them like this: mute after=10s for=60s, abort`,
  )
