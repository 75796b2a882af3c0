/** SIGHUP: destinations are opened again, and what changed in the configuration is taken over. */
import { type CheckedPipeline, type OpenSource, planReload, type ReloadPlan, type ReloadStep } from "@boltodds/config"
import type { Running } from "@boltodds/pipeline"
import type { Sink } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CommandLog } from "../../log/Log.ts"
import { errorMessage } from "../../process/ExitCode.ts"
import { makeLaneLog } from "../../log/logLaneEvent.ts"
import type { TurnWatch } from "../../process/TurnWatch.ts"
import type { PipelineRun } from "../../streaming/runPipeline.ts"

/** A run that can be reloaded. */
interface Hold {
  readonly run: string
  readonly running: Running
  readonly source: OpenSource
  /** What the sinks of this run have around them, those of a reload too: with a lease its guard. */
  readonly around: ((sink: Sink<never>) => Sink<never>) | undefined
  /** What the current configuration says and the run does not have: a sink by its name, or the source's options. */
  readonly owed: Map<string, ReloadStep>
}

/** How long a sink that is taken out may deliver what it holds. */
const drainWithin = Duration.seconds(10)

/**
 * Listens for SIGHUP. A configuration with mistakes changes nothing, and neither does one of which a part needs a restart:
 * what runs goes on. What could not be taken over is tried again at the next signal. One reload follows another.
 * `onTaken` gets each configuration before it is taken over.
 */
export const onHangup = (
  load: () => Promise<CheckedPipeline>,
  first: CheckedPipeline,
  log: CommandLog,
  turns: TurnWatch,
  onTaken: (next: CheckedPipeline) => void,
): {
  readonly onRunning: NonNullable<PipelineRun["onRunning"]>
  /** What ran has ended, and another run may follow. */
  readonly onEnded: () => void
  /** Nothing runs, and the next run takes the configuration as it is then: a standby waits for its lease. */
  readonly onWaiting: (isWaiting: boolean) => void
  readonly stop: () => void
} => {
  let hold: Hold | undefined
  let isWaiting = false
  let last: Promise<void> = Promise.resolve()
  const { takeOver, keep } = makeTakeOver(first, log, turns, onTaken)
  const loaded = (): Promise<CheckedPipeline | void> =>
    load().catch((cause: unknown) => {
      const goesOn = isWaiting ? "" : ", and the run continues unchanged"
      log.log("error", `the configuration was not reloaded${goesOn}. ${errorMessage(cause)}`, {
        event: "reload_refused",
      })
    })
  const reload = async (): Promise<void> => {
    const held = hold
    if (held === undefined) {
      if (!isWaiting) return log.log("info", "SIGHUP is ignored: the pipeline is not running yet")
      const next = await loaded()
      if (next === undefined) return
      if (isWaiting) return keep(next)
      return log.log("warn", "the configuration was not reloaded: this process leads now; send SIGHUP again", {
        event: "reload_refused",
      })
    }
    for (const [route, error] of await Effect.runPromise(held.running.reopen)) {
      log.log("warn", `${route} cannot be opened again: ${errorMessage(error.cause)}`, {
        event: "reopen_failed",
        sink: route,
      })
    }
    const next = await loaded()
    if (next === undefined) return
    // A lease may have been lost meanwhile.
    if (hold !== held) {
      return log.log("warn", "the configuration was not reloaded: the run has ended; send SIGHUP again", {
        event: "reload_refused",
      })
    }
    await takeOver(next, held)
  }
  const listen = (): void => void (last = last.then(reload))
  process.on("SIGHUP", listen)
  return {
    onRunning: (running, source, run, around) => hold = { run, running, source, around, owed: new Map() },
    onEnded: () => hold = undefined,
    onWaiting: (waits) => isWaiting = waits,
    stop: () => void process.off("SIGHUP", listen),
  }
}

/** Takes over one configuration after another: into a run, or for the next one. */
const makeTakeOver = (
  first: CheckedPipeline,
  log: CommandLog,
  turns: TurnWatch,
  onTaken: (next: CheckedPipeline) => void,
): {
  readonly takeOver: (next: CheckedPipeline, hold: Hold) => Promise<void>
  readonly keep: (next: CheckedPipeline) => void
} => {
  let current = first

  const keep = (next: CheckedPipeline): void => {
    const { steps } = planReload(current, next)
    if (steps.length === 0) return log.log("info", "reloaded: nothing has changed")
    // Both are those of this process, whether or not it leads.
    const refused = steps.filter(({ kind }) => kind === "lease" || kind === "plugins")
    for (const { sentence } of refused) log.log("warn", sentence)
    if (refused.length > 0) {
      return log.log("warn", "the configuration was not reloaded; restart to apply it", { event: "reload_refused" })
    }
    onTaken(next)
    current = next
    log.log("info", "reloaded: this process uses it once it leads")
  }

  const takeOver = async (next: CheckedPipeline, hold: Hold): Promise<void> => {
    const { owed, around } = hold
    const plan = planReload(current, next)
    if (plan.needsRestart) {
      for (const { needsRestart, sentence } of plan.steps) {
        if (needsRestart) log.log("warn", sentence, { event: "reload_refused" })
      }
      return log.log(
        "warn",
        "the configuration was not reloaded, and the run continues unchanged; restart to apply it",
        {
          event: "reload_refused",
        },
      )
    }
    // What goes, goes first: a sink with another name may want the same file.
    const [going, others] = [true, false].map((isGoing) =>
      plan.steps.filter(({ kind }) => (kind === "sink_removed") === isGoing)
    )
    const steps = [...going!, ...others!, ...stillOwed(owed, plan, next)]
    if (steps.length === 0) return log.log("info", "reloaded: nothing has changed", { event: "reload" })
    onTaken(next)
    const { routes } = next.open({
      run: hold.run,
      log: log.log,
      onLaneEvent: makeLaneLog(log),
      evaluations: turns.evaluations,
      ...around === undefined ? {} : { around },
    })
    for (const step of steps) {
      log.log("info", `reload: ${step.sentence}`, { event: "reload" })
      const result = await Effect.runPromise(Effect.result(apply(step, plan.sourceOptions, hold, routes)))
      const about = keyOf(step)
      owed.delete(about)
      if (Result.isSuccess(result)) continue
      owed.set(about, step)
      const why = whyOf(result.failure)
      log.log("error", `${step.sink ?? "the source"}: ${why}; fix it and send SIGHUP again`, {
        event: "reload_failed",
      })
    }
    current = next
  }

  return { takeOver, keep }
}

const keyOf = ({ sink }: ReloadStep): string => sink ?? ""

/** What failed the last time and is wanted still, where the plan does not see to it. */
const stillOwed = (
  owed: ReadonlyMap<string, ReloadStep>,
  plan: ReloadPlan,
  next: CheckedPipeline,
): ReadonlyArray<ReloadStep> =>
  [...owed].filter(([about, { sink }]) =>
    !plan.steps.some((step) => keyOf(step) === about) &&
    (sink === undefined || next.sinks.some(({ name, isStandby }) => name === sink && !isStandby))
  ).map(([, step]) => ({
    ...step,
    sentence: step.sink === undefined ? "The source gets its options again" : `The sink ${step.sink} is tried again`,
  }))

/** Of a sink its own words; that it could not be delivered would say nothing here. */
const whyOf = (failure: unknown): string =>
  errorMessage(
    typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "SinkError" &&
      "cause" in failure
      ? failure.cause
      : failure,
  )

const apply = (
  step: ReloadStep,
  sourceOptions: unknown,
  { running, source }: Hold,
  routes: ReturnType<CheckedPipeline["open"]>["routes"],
): Effect.Effect<void, unknown> => {
  const route = routes.find(({ name }) => name === step.sink)
  const add = route === undefined ? Effect.void : running.add(route)
  switch (step.kind) {
    case "source_options":
      return source.reload?.(sourceOptions) ?? Effect.void
    case "sink_removed":
      return running.remove(step.sink!, drainWithin)
    case "sink_changed":
      return Effect.andThen(running.remove(step.sink!, drainWithin), add)
    case "sink_added":
      return add
    case "source":
    case "run":
    case "plugins":
    case "lease":
      return Effect.void
  }
}
