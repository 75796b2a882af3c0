/** The processors that every configuration can name. */
import type { Change } from "@boltodds/protocol"
import { conflate, dedupe, type Emit, filter, map, minMove, pick, type Processor, sample } from "@boltodds/pipeline"
import * as Schema from "effect/Schema"
import { PositiveDuration } from "@boltodds/sink"
import { type Evaluate, FieldName, Formula, Predicate } from "./Expression.ts"
import { type ProcessorPlugin, processorPlugin } from "./Plugin.ts"

/**
 * Lets records pass for which a condition is true; false, null and an unknown result leave them out. Controls always pass.
 * An emit with a view of its own reports a line that leaves as closed, so that no reader keeps its last price.
 */
export const conditionProcessor = (
  emit: { readonly view?: Emit<never>["view"] | undefined },
  condition: Evaluate,
): Processor<never, unknown> => {
  const holds = (value: unknown): boolean => condition(value) === true
  return emit.view?.(holds) ?? filter<unknown>(holds)
}

const filterPlugin = processorPlugin({
  kind: "processor",
  name: "filter",
  about: "Passes on the records for which a condition is true, like `where`, at any place among the processors.",
  keepsForm: true,
  config: Predicate,
  make: (condition, { view, evaluate }) => {
    const holds = evaluate(condition)
    return () => conditionProcessor({ view }, holds)
  },
})

const pickPlugin = processorPlugin({
  kind: "processor",
  name: "pick",
  about: "Writes only these fields, in this order.",
  config: Schema.Array(FieldName).check(Schema.isMinLength(1, { expected: "a list of at least one field" })),
  make: (fields) => () => pick<{ readonly [field: string]: unknown }>(fields),
})

const mapPlugin = processorPlugin({
  kind: "processor",
  name: "map",
  about: "Writes an object with these fields, each worked out by an expression; what cannot be computed is null.",
  config: Schema.Record(Schema.String, Formula),
  make: (fields, { evaluate }) => {
    const formulas = Object.entries(fields).map(([field, text]) => [field, evaluate(text)] as const)
    return () =>
      map<unknown>((record) => Object.fromEntries(formulas.map(([field, formula]) => [field, formula(record)])))
  },
})

const changesOnly = { kind: "processor", emits: ["changes"], keepsForm: true } as const

const conflatePlugin = processorPlugin({
  ...changesOnly,
  name: "conflate",
  about: "Passes on the newest of each line at intervals; suspensions and closings at once.",
  config: Schema.Struct({
    every: PositiveDuration.annotate({ description: "How long a change may be held." }),
    overtake: Schema.optionalKey(Schema.Boolean.annotate({
      description:
        "Suspensions and closings go ahead alone; the reader must not compare `seq` between lines. Default false.",
    })),
  }),
  make: (options) => () => conflate(options),
})

const positive = Schema.Finite.check(Schema.isGreaterThan(0, { expected: "a number above 0" }))

const minMovePlugin = processorPlugin({
  ...changesOnly,
  name: "min_move",
  about: "Leaves out small moves of the price: the reader's price may be off by less than this.",
  config: Schema.Union([
    Schema.Struct({ cents: positive.annotate({ description: "In American cents; -105 to +105 is 10." }) }),
    Schema.Struct({ probability: positive.annotate({ description: "In implied probability, such as 0.01." }) }),
  ]),
  make: (options) => () => minMove(options),
})

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))

const samplePlugin = processorPlugin({
  ...changesOnly,
  name: "sample",
  about: "Of each line's moves one in so many, or one in so much time; all are marked `unverified`.",
  config: Schema.Union([
    Schema.Struct({ every: count.annotate({ description: "One move in so many." }) }),
    Schema.Struct({ interval: PositiveDuration.annotate({ description: "One move in so much time." }) }),
  ]),
  make: (options) => () => sample(options),
})

const dedupePlugin = processorPlugin({
  ...changesOnly,
  name: "dedupe",
  about: "Leaves out records that repeat what the reader has.",
  config: Schema.Struct({}),
  make: () => () => dedupe() satisfies Processor<Change, Change>,
})

/** `filter`, `pick`, `map`, and of changes `conflate`, `min_move`, `sample`, `dedupe`. */
export const builtinProcessors: ReadonlyArray<ProcessorPlugin> = [
  filterPlugin,
  pickPlugin,
  mapPlugin,
  conflatePlugin,
  minMovePlugin,
  samplePlugin,
  dedupePlugin,
]
