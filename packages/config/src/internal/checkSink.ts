/** One sink of a document. */
import * as Effect from "effect/Effect"
import type { Emit } from "@boltodds/pipeline"
import type { EmitPlugin, EmitSettings, ProcessorPlugin, SourcePlugin } from "../Plugin.ts"
import type { CheckedEmit, CheckedSink, Configured } from "./Checked.ts"
import { loadExpressions } from "./cel/load.ts"
import type { Checker } from "./Checker.ts"
import { checkLane } from "./checkLane.ts"
import { shownOf } from "./checkOptions.ts"
import { type SinkOutline, takes } from "./outlineSink.ts"
import { type Choice, readChoice } from "./readChoice.ts"
import { secretReason } from "./secrets.ts"
import { isGiven, readFlag, readText, wrongType } from "./readScalar.ts"
import { entryOf, type Path, type Tree } from "./Tree.ts"
import { unread } from "./unread.ts"
import { type OrderedStep, warnOfOrder } from "./warnOfOrder.ts"

/** What a sink is in its pipeline. */
export interface SinkPlace {
  /** The sink it stands in for. */
  readonly standsInFor: SinkOutline | undefined
  /** Whether it is the only one with a route. */
  readonly isSole: boolean
  /** Undefined where it has mistakes. */
  readonly source: SourcePlugin | undefined
}

/** Checks a sink; undefined where anything is wrong with it. */
export const checkSink = (
  outline: SinkOutline,
  { standsInFor, isSole, source }: SinkPlace,
  checker: Checker,
): Effect.Effect<CheckedSink | undefined> =>
  Effect.gen(function* () {
    const { name, path, node, choice, fallback } = outline
    const chosen = (standsInFor ?? outline).emit
    const emit = chosen.plugin
    if (standsInFor !== undefined) checkStandby(outline, standsInFor, checker)
    const sink = choice === undefined ? undefined : yield* checker.configured(choice, "sink type", { name, emit })
    const whereNode = entryOf(node, "where")?.node
    const where = readText(whereNode, [...path, "where"], "a condition in CEL", checker)
    const processorsNode = entryOf(node, "processors")?.node
    // A processor may also make expressions that are in no option.
    if (where !== undefined || processorsNode !== undefined) yield* loadExpressions
    if (where !== undefined) checkWhere(where, [...path, "where"], emit, checker)
    const control = readFlag(entryOf(node, "control")?.node, [...path, "control"], true, checker)
    const meta = readFlag(entryOf(node, "meta")?.node, [...path, "meta"], false, checker)
    if (meta && emit.hasMeta !== true) {
      checker.findings.error([...path, "meta"], {
        message: `Cannot use \`meta\` with \`emit: ${emit.name}\`: its records have these fields already`,
        remedy: `remove it${withMeta(checker)}`,
      }, "key")
    }
    const required = readFlag(entryOf(node, "required")?.node, [...path, "required"], true, checker)
    const steps: Array<OrderedStep> = [{ name: "where", path: [...path, "where"], condition: where }]
    const processors = yield* checkProcessors(processorsNode, [...path, "processors"], {
      name,
      emit,
      steps,
    }, checker)
    // A stand-in gets what the processors of the other have made.
    checker.noteProcessors(name, entryOf(standsInFor?.node ?? node, "processors")?.node)
    warnOfOrder(steps, emit, checker)
    const made = yield* checkEmit(chosen, { name, control, meta }, standsInFor !== undefined, checker)
    if (made !== undefined && standsInFor === undefined) checkEvents(chosen, made, source, checker)
    const laneNode = entryOf(node, "lane")?.node
    const lane = yield* checkLane(
      {
        name,
        path: [...path, "lane"],
        node: isGiven(laneNode) ? laneNode : undefined,
        emit,
        made: made?.made,
        configured: sink,
        isSole,
      },
      checker,
    )
    if (!control && choice?.plugin.needsControls === true) {
      checker.findings.error([...path, "control"], {
        message:
          `Cannot use \`control: false\` with \`${choice.plugin.name}\`: its readers would believe prices after a gap`,
        remedy: "remove it",
      })
    } else if (!control && standsInFor === undefined) {
      checker.findings.warn([...path, "control"], {
        message: "Without controls a reader cannot know which prices are unverified after a gap",
        remedy: "leave it out, unless another sink has them",
      })
    }
    if (sink === undefined || processors === undefined || lane === undefined || made === undefined) {
      return undefined
    }
    const whereShown = where === undefined || whereNode === undefined ? undefined : String(shownOf(whereNode))
    const isStandby = standsInFor !== undefined
    return { name, sink, emit: made, control, meta, where, whereShown, processors, lane, required, fallback, isStandby }
  })

/** An emit that is made of events needs a source of events. */
const checkEvents = (
  { path }: Choice<EmitPlugin>,
  { plugin, made }: CheckedEmit,
  source: SourcePlugin | undefined,
  { findings }: Checker,
): void => {
  if (source?.gives !== "records" || made.takesRecords === true) return
  findings.error(path, {
    message:
      `Cannot use \`emit: ${plugin.name}\` with \`source: ${source.name}\`: it is made of the messages of the feed, and ` +
      "this source gives the records of another pipeline",
    remedy: `write \`emit: changes\`, or use it in the pipeline that reads the feed`,
  })
}

/** The emits that can put their records into an envelope, as advice. */
const withMeta = ({ catalog }: Checker): string => {
  const names = [...catalog.emits.values()].filter(({ hasMeta }) => hasMeta === true).map(({ name }) => name)
  return names.length === 0 ? "" : `, or write \`emit: ${names.join("` or `emit: ")}\``
}

/** The emit of a sink, made of its options. Those of a stand-in are checked, and reported, with the other. */
const checkEmit = (
  choice: Choice<EmitPlugin>,
  { name, ...settings }: EmitSettings & { readonly name: string },
  isStandby: boolean,
  checker: Checker,
): Effect.Effect<CheckedEmit | undefined> => {
  const { plugin } = choice
  if (isStandby) {
    const options = { value: undefined, plain: undefined, shown: undefined, expressions: [], origins: [] }
    return Effect.succeed({ plugin, options, made: unread.emit(plugin.name).make(undefined, settings) as Emit<never> })
  }
  return Effect.map(checker.configured(choice, "emit", { name, emit: plugin }), (configured) => {
    if (configured === undefined) return undefined
    const meta = settings.meta && plugin.hasMeta === true
    try {
      return { ...configured, made: plugin.make(configured.options.value, { ...settings, meta }) as Emit<never> }
    } catch (cause) {
      checker.findings.error(choice.path, {
        message: `Cannot make the emit \`${plugin.name}\`: ${secretReason(cause)}`,
        remedy: "change its options, or report it to the author of the plug-in",
      })
      return undefined
    }
  })
}

const checkWhere = (where: string, path: Path, emit: EmitPlugin, checker: Checker): void => {
  if (emit.isLog !== true) return checker.expression(path, where, "predicate", emit)
  checker.findings.error(path, {
    message: `Cannot use \`where\` with \`emit: ${emit.name}\`: an event log with parts left out cannot be replayed`,
    remedy: "remove it, or set filters on the source",
  })
}

/** A sink that stands in gets what the other would have got. */
const checkStandby = ({ name, path, node, choice }: SinkOutline, primary: SinkOutline, checker: Checker): void => {
  for (const key of ["emit", "control", "meta", "where", "processors", "lane", "required"]) {
    if (entryOf(node, key) === undefined) continue
    checker.findings.error([...path, key], {
      message:
        `Cannot use \`${key}\` here: \`${name}\` is the fallback of \`${primary.name}\` and receives its records`,
      remedy: `remove it; the setting of \`${primary.name}\` applies to both`,
    }, "key")
  }
  if (choice === undefined || takes(choice.plugin, primary.emit.plugin)) return
  const { plugin } = choice
  checker.findings.error(choice.path, {
    message:
      `Cannot use a fallback for \`${primary.name}\`: a sink of type \`${plugin.name}\` does not take \`${primary.emit.plugin.name}\``,
    remedy: `it takes: ${takenBy(plugin, checker)}`,
  }, "key")
}

const takenBy = (plugin: Parameters<typeof takes>[0], { catalog }: Checker): string =>
  [...catalog.emits.values()].filter((emit) => takes(plugin, emit)).map(({ name }) => name).join(", ")

const checkProcessors = (
  node: Tree | undefined,
  path: Path,
  { name, emit, steps }: { readonly name: string; readonly emit: EmitPlugin; readonly steps: Array<OrderedStep> },
  checker: Checker,
): Effect.Effect<ReadonlyArray<Configured<ProcessorPlugin>> | undefined> =>
  Effect.gen(function* () {
    if (!isGiven(node)) return []
    if (node._tag !== "List") {
      wrongType(node, path, "a list, such as [{ conflate: { every: 1s } }]", checker)
      return undefined
    }
    const checked: Array<Configured<ProcessorPlugin>> = []
    const known = checker.catalog.processors
    for (const [index, item] of node.items.entries()) {
      const choice = readChoice(item, [...path, index], {
        what: "processor",
        known,
        unread: checker.catalog.hasUnread ? unread.processor : undefined,
      }, checker.findings)
      if (choice === undefined) continue
      const { plugin } = choice
      const fitting = { emits: plugin.emits, takesLogs: false }
      if (!takes(fitting, emit)) {
        const others = [...checker.catalog.emits.values()].filter((each) => takes(fitting, each))
        checker.findings.error(choice.path, {
          message:
            `Cannot use the processor \`${plugin.name}\` with \`emit: ${emit.name}\`: it cannot process these records`,
          remedy: emit.isLog === true
            ? "remove it"
            : `write \`emit: ${others.map(({ name }) => name).join("` or `emit: ")}\`, or remove it`,
        }, "key")
        continue
      }
      const configured = yield* checker.configured(choice, "processor", { name, emit })
      if (configured === undefined) continue
      checked.push(configured)
      const [condition] = plugin.name === "filter" ? configured.options.expressions : []
      steps.push({ name: plugin.name, path: choice.path, condition: condition?.text })
    }
    return checked.length === node.items.length ? checked : undefined
  })
