/** Expressions at work. */
import type { Environment } from "@marcbachmann/cel-js"
import type { Evaluate } from "../../Expression.ts"
import { isOverBudget, startSteps, tooCostly } from "./budget.ts"
import { evaluatingEnvironment } from "./environment.ts"
import { parseBounded, weigh } from "./meter.ts"
import { plainOf, unknown } from "./values.ts"
import { type EmitRecords, fieldsOf, isInside, makeView } from "./fields.ts"

const environments = new WeakMap<EmitRecords, Environment>()

/** An expression that counts how often it has no result. */
export interface Compiled {
  readonly evaluate: Evaluate
  /** It has a loop, a pattern or a search of one text for another: its time may be long beside that of a record. */
  readonly mayTakeLong: boolean
  /** For how many records a field was null that the result depends on. */
  readonly unknown: () => number
  /** For how many records it failed in another way. */
  readonly failed: () => number
}

/**
 * Compiles an expression that was checked. What it gives is plain: numbers, texts, true, false, null, lists, objects.
 *
 * Where the result is not known it gives null, and counts that: a null in a comparison is usual (a suspended line has no price);
 * anything else (a key that a message has not, a division by zero) is not, and `onFailure` is called for the first. It never
 * throws: an expression must not end a run. For the same reason it takes a bounded number of steps for a record, and what
 * would take more fails in this way.
 */
export const compile = (text: string, emit: EmitRecords, onFailure: (why: string) => void): Compiled => {
  const environment = environments.get(emit) ?? evaluatingEnvironment(emit)
  environments.set(emit, environment)
  const { program, mayTakeLong } = parseBounded(text, environment, isFlat(emit))
  // A part of the record is no larger than that; a list that is made of it may hold it many times.
  const isPart = !mayTakeLong && ["id", ".", "[]"].includes(program.ast.op)
  const view = makeView(emit)
  let unknowns = 0
  let failures = 0
  const evaluate: Evaluate = (record) => {
    view.record = record
    startSteps()
    try {
      const value: unknown = program(view)
      if (isOverBudget()) throw tooCostly
      if (typeof value === "boolean") return value
      if (typeof value === "object" && !isPart) weigh(value)
      return plainOf(value)
    } catch (cause) {
      if (cause === unknown) unknowns += 1
      else if (++failures === 1) onFailure(reasonOf(cause))
      return null
    }
  }
  return { evaluate, mayTakeLong, unknown: () => unknowns, failed: () => failures }
}

/** Whether no field of a record may be a large list or map. */
const isFlat = (emit: EmitRecords): boolean =>
  emit.isOpen !== true && Object.values(fieldsOf(emit)).every((kind) => kind !== "any" && !isInside(kind))

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!
