/** What a sink is given of its emit, so that it can serve readers with filters of their own. */
import { ConditionError, type EmitPlugin, type Log, type SinkRecords } from "../Plugin.ts"
import * as Effect from "effect/Effect"
import { expressions, loadExpressions } from "./cel/load.ts"
import type { CheckedSink } from "./Checked.ts"

/** The longest condition of a reader, in characters. */
const longest = 2_000

/** What the emit of a sink says of its records, as they are after the processors. */
export const sinkRecords = ({ name, emit, meta, processors }: CheckedSink, log: Log): SinkRecords => {
  // Records that were put into other forms are not those that the emit knows.
  if (meta || processors.some(({ plugin }) => plugin.keepsForm !== true)) return {}
  const { plugin, made } = emit
  return {
    coalescing: made.coalescing,
    ...made.view === undefined ? {} : { view: made.view.bind(made) },
    ...plugin.isLog === true ? {} : { conditions: Effect.as(loadExpressions, conditionsOf(name, plugin, log)) },
  }
}

const conditionsOf = (name: string, plugin: EmitPlugin, log: Log) => (text: string): (record: unknown) => boolean => {
  if (text.length > longest) {
    throw new ConditionError(`Cannot use this condition: it has more than ${longest} characters`)
  }
  // Before the check, which would load the engine of patterns.
  if (/\bmatches\s*\(/.test(text)) throw costly()
  const { checkExpression, compile } = expressions()
  const problem = checkExpression(text, plugin, "predicate").find(({ isError }) => isError)
  if (problem !== undefined) throw new ConditionError(`${problem.message}: ${problem.remedy}`)
  const compiled = compile(text, plugin, (why) => {
    log("debug", `A condition of a reader fails for a record, and counts as not true: ${why}`, { sink: name })
  })
  if (compiled.mayTakeLong) throw costly()
  return (record) => compiled.evaluate(record) === true
}

const costly = (): ConditionError =>
  new ConditionError(
    "Cannot use this condition: it has a loop, a pattern or a search in a text, which could hold up all readers. Compare fields, as in `odds >= 150`",
  )
