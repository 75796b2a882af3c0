/** From a checked document to what a run needs. */
import { chain, type Emit, type Processor, type Route, route } from "@boltodds/pipeline"
import { type Sink, SinkError } from "@boltodds/sink"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { conditionProcessor } from "../builtinProcessors.ts"
import type {
  BookOfSink,
  EvaluationWatch,
  ExpressionCount,
  OpenContext,
  OpenPipeline,
  SinkCheck,
} from "../CheckedPipeline.ts"
import type { Evaluate } from "../Expression.ts"
import { type SinkEffect, withFallback } from "../fallback.ts"
import { laneOptions, type RouteLane } from "../lane.ts"
import type { EmitPlugin, OpenStore, PluginContext, SourceFinding } from "../Plugin.ts"
import type { Surroundings } from "./Checker.ts"
import type { Compiled } from "./cel/compile.ts"
import { expressions } from "./cel/load.ts"
import { sinkRecords } from "./sinkRecords.ts"
import type { CheckedParts, CheckedSink, Configured } from "./Checked.ts"
import type { CheckedOptions, ExpressionText } from "./checkOptions.ts"
import { isSole } from "./describe.ts"
import { hidden } from "./mayShow.ts"
import { secretReason } from "./secrets.ts"

/** Opens a document for one run: nothing happens before the effects in it are run. */
export const openParts = (parts: CheckedParts, surroundings: Surroundings, context: OpenContext): OpenPipeline => {
  const opening = new Opening(parts, surroundings, context)
  const { source: { plugin, options }, lease } = parts
  return {
    source: Effect.suspend(() => plugin.make(options.value, opening.contextOf(plugin.name))),
    ...lease === undefined ? {} : {
      lease: Effect.suspend(() => lease.plugin.make(lease.options.value, opening.contextOf("lease"))),
    },
    routes: parts.sinks.filter(({ isStandby }) => !isStandby).map((sink) => opening.route(sink)),
    expressions: () => opening.expressions,
  }
}

/** The sinks whose destination holds the book of their readers, whole. */
export const booksOf = (
  parts: CheckedParts,
  surroundings: Surroundings,
  context: OpenContext,
): ReadonlyArray<BookOfSink> => {
  // What records from elsewhere are about may be another book.
  if (parts.source.plugin.gives === "records") return []
  const opening = new Opening(parts, surroundings, context)
  return parts.sinks.flatMap(({ name, sink: { plugin, options }, emit, control, processors, isStandby }) => {
    // What a processor made of records is no book.
    const isBook = emit.made.isBook === true && control && processors.every((each) => each.plugin.keepsForm === true)
    if (plugin.book === undefined || isStandby || !isBook) return []
    return [{ sink: name, read: Effect.suspend(() => plugin.book!(options.value, opening.contextOf(name))) }]
  })
}

/** Tries the source, with the names that conditions of the sinks compare fields with. */
export const checkSourceOf = (
  parts: CheckedParts,
  surroundings: Surroundings,
  context: OpenContext,
): Effect.Effect<ReadonlyArray<SourceFinding>> => {
  const { plugin, options } = parts.source
  if (plugin.check === undefined) return Effect.succeed([])
  const compared = parts.sinks.flatMap((sink) =>
    conditionsOf(sink).flatMap(({ text, shown }) =>
      expressions().comparedNames(text, sink.emit.plugin)
        // What a variable holds is shown nowhere.
        .filter(({ name }) => shown.includes(name))
        .map((each) => ({ ...each, sink: sink.name }))
    )
  )
  const opening = new Opening(parts, surroundings, context)
  const found = Effect.scoped(plugin.check(options.value, opening.contextOf(plugin.name), compared))
  const texts = [...hiddenTexts(options.plain, options.shown)].sort(([one], [other]) => other.length - one.length)
  return Effect.map(found, (findings) =>
    findings.map((finding) => ({
      ...finding,
      message: texts.reduce((message, [text, shown]) => message.replaceAll(text, () => shown), finding.message),
    })))
}

/** The texts of options that may not be shown (what a variable holds), each with what is shown in its place. */
function* hiddenTexts(plain: unknown, shown: unknown): Generator<readonly [text: string, shown: string]> {
  if (typeof plain === "string") {
    if (plain !== "" && plain !== shown) yield [plain, typeof shown === "string" ? shown : hidden]
    return
  }
  if (typeof plain !== "object" || plain === null) return
  for (const [name, value] of Object.entries(plain)) {
    yield* hiddenTexts(value, typeof shown === "object" && shown !== null ? Reflect.get(shown, name) : undefined)
  }
}

/** The conditions that decide which records a sink gets. */
const conditionsOf = ({ where, whereShown, processors }: CheckedSink): ReadonlyArray<ExpressionText> => [
  ...where === undefined ? [] : [{ text: where, shown: whereShown ?? where }],
  ...processors.flatMap(({ plugin, options }) => plugin.name === "filter" ? options.expressions : []),
]

/** Asks each sink whether it can reach its destination. */
export const checkParts = (
  parts: CheckedParts,
  surroundings: Surroundings,
  context: OpenContext,
): Effect.Effect<ReadonlyArray<SinkCheck>> => {
  const opening = new Opening(parts, surroundings, context)
  return Effect.forEach(parts.sinks, (checked) => {
    const { name, sink: { plugin } } = checked
    const about = { name, type: plugin.name }
    return Effect.scoped(Effect.gen(function* () {
      const sink = yield* opening.sink(checked)
      if (sink.check === undefined) return { ...about, state: "unknown" } satisfies SinkCheck
      yield* sink.check
      return { ...about, state: "reached" } satisfies SinkCheck
    })).pipe(
      Effect.catchDefect((cause) => Effect.fail(new SinkError({ rest: "disable", cause }))),
      Effect.catch((error) => Effect.succeed<SinkCheck>({ ...about, state: "failed", error })),
    )
  })
}

type Resumes = NonNullable<OpenContext["resumes"]>

const asItIs = (sink: Sink<never>): Sink<never> => sink

class Opening {
  readonly #parts: CheckedParts
  readonly #sinks: ReadonlyMap<string, CheckedSink>
  readonly #surroundings: Surroundings
  readonly #context: OpenContext
  readonly #emits = new Map<string, Emit<never>>()
  readonly #compiled: Array<{ readonly sink: string; readonly expression: string; readonly compiled: Compiled }> = []

  constructor(parts: CheckedParts, surroundings: Surroundings, context: OpenContext) {
    this.#parts = parts
    this.#sinks = new Map(parts.sinks.map((sink) => [sink.name, sink]))
    this.#surroundings = surroundings
    this.#context = context
  }

  get expressions(): ReadonlyArray<ExpressionCount> {
    return this.#compiled.map(({ sink, expression, compiled }) => ({
      sink,
      expression,
      unknown: compiled.unknown(),
      failed: compiled.failed(),
    }))
  }

  contextOf(name: string): PluginContext {
    const { run, log } = this.#context
    return { ...this.#surroundings, name, run, log }
  }

  sink(checked: CheckedSink): SinkEffect {
    const { name, emit, sink: { plugin, options } } = checked
    const { around = asItIs } = this.#context
    const resumes = this.#resumes(checked)
    const made = Effect.suspend(() =>
      plugin.make(options.value, {
        ...this.contextOf(name),
        emit: emit.plugin.name,
        records: sinkRecords(checked, this.#context.log),
        ...typeof resumes === "object" ? { position: resumes.position } : {},
      })
    )
    return Effect.map(made, around)
  }

  #resumes({ name, emit, control, sink: { plugin, options: { value } } }: CheckedSink): ReturnType<Resumes> {
    // Without controls its reader would not know that nothing is live.
    return emit.made.isBook === true && control &&
      (this.#context.resumes?.({ name, type: plugin.name, options: value }) ?? false)
  }

  route(sink: CheckedSink): Route {
    const { name, lane: { settings, store }, required, sink: { plugin: { name: type } } } = sink
    const { onLaneEvent, sinkFor } = this.#context
    const processor = this.#processorOf(sink)
    const resumes = this.#resumes(sink) !== false
    const events: Pick<RouteLane, "onEvent"> = onLaneEvent === undefined
      ? {}
      : { onEvent: (event) => onLaneEvent(name, event) }
    const build = (lane: RouteLane, destination: SinkEffect): Route => {
      const emit = this.#emitOf(sink)
      const common = { name, type, emit, sink: destination, required, resumes, lane: { ...lane, ...events } }
      return processor === undefined ? route<never>(common) : route<never, never>({ ...common, processor })
    }
    if (sinkFor !== undefined) return build({}, sinkFor(name))
    const options = laneOptions(settings, sink.emit.made, isSole(this.#parts))
    const destination = this.#withFallbacks(sink)
    if (store === undefined) return build(options, destination)
    // A store lives as long as its run, so it is opened with the route.
    return {
      ...build(options, destination),
      open: (run, scope) =>
        Effect.flatMap(Scope.provide(this.#store(name, store), scope), (held) => {
          const bounds = { ...held.bounds, ...options.bounds }
          return build({ ...options, store: held.store, bounds }, destination).open(run, scope)
        }),
    }
  }

  #store(
    name: string,
    { plugin, options }: NonNullable<CheckedSink["lane"]["store"]>,
  ): Effect.Effect<OpenStore, SinkError, Scope.Scope> {
    return Effect.suspend(() => plugin.make(options.value, this.contextOf(name))).pipe(
      Effect.catchCause((cause) =>
        Effect.fail(
          new SinkError({
            rest: "disable",
            cause: new Error(`Cannot open the store ${plugin.name} of ${name}: ${secretReason(Cause.squash(cause))}`, {
              cause: Cause.squash(cause),
            }),
          }),
        )
      ),
    )
  }

  /** Routes with the same emit hold the same object: it works once for all. */
  #emitOf({ emit: { plugin, options, made }, control, meta }: CheckedSink): Emit<never> {
    const key = JSON.stringify([plugin.name, control, meta, jsonOf(options.plain) ?? null])
    const known = this.#emits.get(key)
    if (known !== undefined) return known
    this.#emits.set(key, made)
    return made
  }

  #withFallbacks(sink: CheckedSink): SinkEffect {
    const own = this.sink(sink)
    const next = sink.fallback === undefined ? undefined : this.#sinks.get(sink.fallback)
    if (next === undefined) return own
    const { log } = this.#context
    return withFallback(own, this.#withFallbacks(next), (why) => {
      log("warn", `${next.name} takes over for ${sink.name}, which is disabled: ${why}`, {
        sink: sink.name,
        fallback: next.name,
      })
    })
  }

  #processorOf(sink: CheckedSink): (() => Processor<never, never>) | undefined {
    const { name, emit, where, whereShown, processors } = sink
    const makers: Array<() => Processor<never, unknown>> = []
    if (where !== undefined) {
      const condition = this.#evaluate(name, emit.plugin, { text: where, shown: whereShown ?? where })
      makers.push(() => conditionProcessor(emit.made, condition))
    }
    for (const { plugin, options } of processors satisfies ReadonlyArray<Configured<unknown>>) {
      const shownOf = shownExpressions(options)
      const evaluate = (text: string): Evaluate => this.#evaluate(name, emit.plugin, { text, shown: shownOf(text) })
      const view = emit.made.view?.bind(emit.made)
      makers.push(plugin.make(options.value, { ...this.contextOf(name), emit: emit.plugin.name, evaluate, view }))
    }
    if (makers.length === 0) return undefined
    return () => makers.map((make) => make() as Processor<never, never>).reduce((first, second) => chain(first, second))
  }

  /** Of an expression that holds a variable, the words of the library are not logged: they quote its texts. */
  #evaluate(sink: string, emit: EmitPlugin, { text, shown: expression }: ExpressionText): Evaluate {
    const compiled = expressions().compile(text, emit, (why) => {
      const told = text === expression ? why : "why is not shown, as it holds a variable"
      this.#context.log("warn", `An expression of ${sink} fails for a record, and counts as not true: ${told}`, {
        sink,
        expression,
      })
    })
    this.#compiled.push({ sink, expression, compiled })
    const watch = compiled.mayTakeLong ? this.#context.evaluations?.({ sink, expression }) : undefined
    return watch === undefined ? compiled.evaluate : watched(compiled.evaluate, watch)
  }
}

/**
 * How expressions of some options are shown. One that a plug-in makes of others is shown where no option holds a variable.
 */
const shownExpressions = ({ expressions, plain, shown }: CheckedOptions<unknown>): (text: string) => string => {
  const known = new Map(expressions.map((expression) => [expression.text, expression.shown]))
  const isHidden = jsonOf(plain) !== jsonOf(shown)
  return (text) => known.get(text) ?? (isHidden ? hidden : text)
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => typeof each === "bigint" ? String(each) : each)

const watched = (evaluate: Evaluate, { begin, end }: ReturnType<EvaluationWatch>): Evaluate => (record) => {
  begin()
  const value = evaluate(record)
  end()
  return value
}
