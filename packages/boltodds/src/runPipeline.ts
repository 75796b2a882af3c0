/** A whole pipeline as a promise. */
import {
  type CheckedPipeline,
  loadPipeline,
  makePipeline,
  type PlainPlugin,
  pluginFrom,
  type Registry,
} from "@boltodds/config"
import type { LaneEvent } from "@boltodds/lane"
import { type EarlyEnd, makeRegistry } from "@boltodds/parts"
import { thisMachine } from "@boltodds/parts/feed"
import { withinHeap } from "@boltodds/parts/recording"
import { isDelivered, isMissingRecords, type Report, run } from "@boltodds/pipeline"
import { ulid } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import * as process from "node:process"
import type { RunReport, SinkReport } from "./RunReport.ts"
import { toConsole } from "./toConsole.ts"

/** A pipeline as a value: the same as in a configuration file, where each key is described in the reference. */
export interface PipelineDocument {
  readonly version: 1
  /** A source by its name, with its options: `{ feed: { sports: ["MLB"] } }`. */
  readonly source: string | { readonly [name: string]: unknown }
  /** Sinks by names of your own, each with its type: `{ archive: { file: { path: "odds.ndjson" } } }`. */
  readonly sinks: { readonly [name: string]: unknown }
  /** Modules with plug-ins. */
  readonly plugins?: ReadonlyArray<string>
  /** Settings of the run: `count`, `for`, `drain_within`. */
  readonly run?: { readonly [name: string]: unknown }
}

/** Options of {@link runPipeline}. */
export interface PipelineOptions {
  /** Plug-ins of your own, beside those that the modules of the configuration bring. Default none. */
  readonly plugins?: ReadonlyArray<PlainPlugin> | undefined
  /** Stops the source, and delivers what waits. The report says `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Variables for `${NAME}` and `{ env: NAME }`, BOLTODDS_API_KEY among them. Default `process.env`. */
  readonly env?: { readonly [name: string]: string | undefined } | undefined
  /** Where relative paths of a document start. Default: the current folder. Of a file it is the file's folder. */
  readonly folder?: string | undefined
  /**
   * Gets the log: connections, losses, what a sink could not deliver. False: no log. Default: warnings and errors to
   * `console.warn`.
   */
  readonly onLog?: ((level: "debug" | "info" | "warn" | "error", message: string) => void) | false | undefined
}

/**
 * Runs a pipeline until its source ends, its settings end it, or `signal` aborts; gives the report.
 *
 * `pipeline` is the path of a YAML or JSON file, or the same as a value. Rejects with {@link ConfigErrors}, which holds
 * every mistake with its place, before anything is opened. Rejects if the source fails for good, or a required sink is
 * disabled. The files under `run.resume`, and leases, need the command.
 *
 * @example
 * ```ts ignore
 * import { runPipeline } from "boltodds"
 *
 * const report = await runPipeline({
 *   version: 1,
 *   source: { feed: { sports: ["MLB"] } },
 *   sinks: { archive: { file: { path: "odds.ndjson" }, where: 'market == "Moneyline"' } },
 *   run: { for: "1h" },
 * })
 * console.log(report.reason, report.isDelivered)
 * ```
 */
export const runPipeline = async (
  pipeline: string | PipelineDocument,
  options: PipelineOptions = {},
): Promise<RunReport> => {
  const { signal, env = process.env, onLog = warnings } = options
  const log = (level: "debug" | "info" | "warn" | "error", message: string): void => {
    if (onLog !== false) onLog(level, message)
  }
  const ends: Array<Effect.Effect<EarlyEnd>> = []
  const registry = withPlugins(
    await makeRegistry({
      env: () => env,
      machine: thisMachine(log, "boltodds"),
      endsWhen: (end) => void ends.push(end),
    }),
    options.plugins ?? [],
  )
  const checked = await load(pipeline, options.folder ?? process.cwd(), registry, env)
  for (const { line, column, message, remedy } of checked.warnings) {
    log("warn", `${checked.file}:${line}:${column}: ${message}: ${remedy}`)
  }
  const id = ulid()
  const settings = checked.run
  const program = Effect.gen(function* () {
    const stopped = aborted(signal)
    const open = checked.open({
      run: id,
      log,
      onLaneEvent: (sink, event) => {
        const text = laneText(event)
        if (text !== undefined) log(event._tag === "Disabled" ? "error" : "warn", `${sink}: ${text}`)
      },
    })
    const source = yield* Effect.raceFirst(open.source, Effect.as(stopped, undefined))
    if (source === undefined) return yield* Effect.fail(new Error("Aborted before the source was open"))
    return yield* run(source.source, open.routes, {
      state: { run: id, ...source.state, limits: withinHeap(source.state?.limits) },
      until: Effect.raceAllFirst([
        stopped,
        ...settings.for === undefined ? [] : [Effect.as(Effect.sleep(settings.for), "time is up")],
        ...ends.map((end) => Effect.map(end, ({ reason }) => reason)),
      ]),
      ...settings.count === undefined ? {} : { count: settings.count },
      ...settings.drainWithin === undefined ? {} : { drainWithin: settings.drainWithin },
    })
  })
  const exit = await Effect.runPromiseExit(Effect.scoped(program))
  if (Exit.isFailure(exit)) throw asError(Cause.squash(exit.cause))
  return reportOf(exit.value)
}

const warnings = (level: string, message: string): void => {
  if (level === "warn" || level === "error") toConsole(message)
}

/** A registry with more plug-ins. A name that is taken is a mistake of the program. */
const withPlugins = (registry: Registry, plugins: ReadonlyArray<PlainPlugin>): Registry => {
  const of = (kind: PlainPlugin["kind"]) => plugins.filter((plugin) => plugin.kind === kind).map(pluginFrom) as never[]
  return {
    ...registry,
    sources: [...registry.sources, ...of("source")],
    emits: [...registry.emits ?? [], ...of("emit")],
    processors: [...registry.processors, ...of("processor")],
    sinks: [...registry.sinks, ...of("sink")],
  }
}

const load = async (
  pipeline: string | PipelineDocument,
  folder: string,
  registry: Registry,
  env: NonNullable<PipelineOptions["env"]>,
): Promise<CheckedPipeline> => {
  const isFile = typeof pipeline === "string"
  const file = isFile ? resolve(folder, pipeline) : join(folder, "pipeline.json")
  const text = isFile ? await readFile(file, "utf8") : ""
  const settings = { file, registry, env, reserved: { BOLTODDS_API_KEY: "source" } }
  const checked = await Effect.runPromise(isFile ? loadPipeline(text, settings) : makePipeline(pipeline, settings))
  if (checked.run.resume !== undefined || checked.lease !== undefined) {
    const what = checked.lease === undefined ? "`run.resume`" : "`lease`"
    throw new Error(`Cannot run ${file}: ${what} needs the command. Use boltodds-pipe run`)
  }
  return checked
}

const aborted = (signal: AbortSignal | undefined): Effect.Effect<string> =>
  signal === undefined ? Effect.never : Effect.callback<string>((resume) => {
    const stop = (): void => resume(Effect.succeed("aborted"))
    if (signal.aborted) return stop()
    signal.addEventListener("abort", stop, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", stop))
  })

/** What a user must know of a lane; undefined where nothing is wrong. */
const laneText = (event: LaneEvent): string | undefined => {
  switch (event._tag) {
    case "Retrying":
      return `${event.error.message}; trying again (attempt ${event.attempt})`
    case "Halved":
      return `${event.error.message}; a batch of ${event.records} records is too large: sending it in halves`
    case "Degraded":
    case "DeadLettered":
    case "Disabled":
      return `${event.error.message}; ${event.lost} records lost`
    case "BreakerOpened":
      return `${event.error.message}; after ${event.failures} failures in a row, waiting ` +
        `${Duration.toMillis(event.cool)} ms`
    case "Lost":
      return `${event.lost} records lost: ${event.reason}`
    case "BlockTimedOut":
      return "the block timeout has passed: the oldest records are dropped until the sink has caught up"
    case "StoreFailed":
      return `${event.lost} records lost: cannot write to the store: ${textOf(event.cause)}`
    case "Recovered":
    case "Resnapshot":
    case "Ended":
      return undefined
  }
}

const textOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

/** Errors of sinks and recordings are no `Error`: outside of Effect everything thrown is one. */
const asError = (cause: unknown): Error => {
  if (cause instanceof Error) return cause
  const said = typeof cause === "object" && cause !== null
    ? "message" in cause ? cause.message : "reason" in cause ? cause.reason : undefined
    : cause
  return new Error(typeof said === "string" ? said : "The run failed", { cause })
}

const isoOf = (millis: number): string => new Date(millis).toISOString()

const reportOf = (report: Report): RunReport => ({
  run: report.run,
  reason: report.reason,
  durationMillis: Duration.toMillis(report.duration),
  frames: report.frames,
  changes: report.changes,
  controls: report.controls,
  lastEventAt: report.lastEventAt === null ? null : isoOf(report.lastEventAt),
  connectionsLost: report.connectionsLost,
  blindWindows: report.windows,
  noData: report.noData,
  isDelivered: isDelivered(report),
  sinks: report.routes.map((route): SinkReport => ({
    name: route.name,
    emit: route.emit,
    state: route.state,
    ...route.error === undefined ? {} : { error: route.error.message },
    isDelivered: !isMissingRecords(route),
    losses: route.losses,
    counts: route.counts,
  })),
})
