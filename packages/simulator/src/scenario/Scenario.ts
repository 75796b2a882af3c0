/** A scripted run: what happens to the feed, and when. */
import { expectedButGot } from "@boltodds/text"
import { knownNames, type ParameterProblem } from "../faults/Values.ts"
import { type FaultSpan, readMillis, timeForm } from "../faults/Parameter.ts"
import { unknownFault } from "../faults/parseFaults.ts"
import { faultNamed } from "../faults/table.ts"
import { actions } from "./actions.ts"

/** One step of a scenario: a fault that is switched on, or an action. Plain data, as it was written. */
export interface ScenarioStep {
  /**
   * When: time since the scenario began, or data frames sent since then, over all connections. Left out, it is the
   * moment of the step before it.
   */
  readonly at: FaultSpan
  readonly kind: "fault" | "action"
  /** Of the fault or the action. */
  readonly name: string
  /** Its parameters as they were written. */
  readonly given: { readonly [parameter: string]: unknown }
}

/** A scripted run. `readScenario` makes one; `playScenario` plays it. */
export interface Scenario {
  /** What it is for, in a line. */
  readonly about: string | undefined
  readonly steps: ReadonlyArray<ScenarioStep>
}

/** What is wrong, and where in the data: `["steps", 2, "for"]`. */
export interface ScenarioProblem {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** A scenario, or all that is wrong with it. */
export type ScenarioRead =
  | { readonly scenario: Scenario; readonly problems?: never }
  | { readonly scenario?: never; readonly problems: ReadonlyArray<ScenarioProblem> }

type Fields = { readonly [field: string]: unknown }

/**
 * Reads a scenario from plain data, as YAML or JSON hold it: `{about?, steps: [{at | after_frames, fault | do, …}]}`.
 *
 * The other fields of a step are the parameters of its fault or action. Gives all that is wrong at once.
 */
export const readScenario = (data: unknown): ScenarioRead => {
  if (!isFields(data)) return { problems: [{ path: [], message: "a scenario must have steps: a list" }] }
  const problems: Array<ScenarioProblem> = []
  for (const field of Object.keys(data)) {
    if (field === "about" || field === "steps") continue
    problems.push({
      path: [field],
      message: `a scenario has no ${field}${knownNames(field, ["about", "steps"], "It has")}`,
    })
  }
  const { about, steps } = data
  if (about !== undefined && typeof about !== "string") {
    problems.push({ path: ["about"], message: "about must be a text" })
  }
  if (!Array.isArray(steps) || steps.length === 0) {
    problems.push({ path: "steps" in data ? ["steps"] : [], message: "steps must be a list of at least one step" })
    return { problems }
  }
  const read: Array<ScenarioStep> = []
  let at: FaultSpan = { millis: 0 }
  steps.forEach((step: unknown, index) => {
    const path = ["steps", index]
    if (!isFields(step)) return problems.push({ path, message: `a step must have "fault" or "do"` })
    const before = problems.length
    at = readAt(step, path, at, problems)
    const one = readWhat(step, path, at, problems)
    if (one !== undefined && problems.length === before) read.push(one)
    return undefined
  })
  if (problems.length > 0) return { problems }
  return { scenario: { about: typeof about === "string" ? about : undefined, steps: read } }
}

const readAt = (
  step: Fields,
  path: ReadonlyArray<string | number>,
  before: FaultSpan,
  problems: Array<ScenarioProblem>,
): FaultSpan => {
  const { at, after_frames: frames } = step
  if (at !== undefined && frames !== undefined) {
    problems.push({ path: [...path, "after_frames"], message: "a step has at or after_frames, not both" })
  }
  if (at !== undefined) {
    const millis = typeof at === "string" ? readMillis(at) : undefined
    if (millis !== undefined) return { millis }
    problems.push({ path: [...path, "at"], message: `at: ${expectedButGot(timeForm, at)}` })
  } else if (frames !== undefined) {
    if (typeof frames === "number" && Number.isInteger(frames) && frames >= 0) return { frames }
    const message = `after_frames: ${expectedButGot("a whole number from 0", frames)}`
    problems.push({ path: [...path, "after_frames"], message })
  }
  return before
}

const readWhat = (
  step: Fields,
  path: ReadonlyArray<string | number>,
  at: FaultSpan,
  problems: Array<ScenarioProblem>,
): ScenarioStep | undefined => {
  const { at: _, after_frames: __, fault, do: action, ...given } = step
  const tell = (found: ReadonlyArray<ParameterProblem>): undefined => {
    for (const { parameter, message } of found) {
      problems.push({ path: parameter === undefined ? path : [...path, parameter], message })
    }
  }
  if ((fault === undefined) === (action === undefined)) {
    problems.push({ path, message: `a step must have either "fault" or "do"` })
    return undefined
  }
  if (fault !== undefined) {
    const known = typeof fault === "string" ? faultNamed(fault) : undefined
    const name = typeof fault === "string" ? fault : JSON.stringify(fault)
    if (known === undefined) {
      problems.push({ path: [...path, "fault"], message: unknownFault(name) })
      return undefined
    }
    const { problems: found } = known.make(given)
    return found === undefined ? { at, kind: "fault", name: known.name, given } : tell(found)
  }
  const known = actions.find(({ name }) => name === action)
  if (known === undefined) {
    const name = typeof action === "string" ? action : JSON.stringify(action)
    const others = knownNames(name, actions.map((one) => one.name), "There are")
    problems.push({ path: [...path, "do"], message: `there is nothing to do called ${name}${others}` })
    return undefined
  }
  const { problems: found } = known.read(given)
  return found === undefined ? { at, kind: "action", name: known.name, given } : tell(found)
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
