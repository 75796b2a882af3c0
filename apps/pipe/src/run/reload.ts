/** SIGHUP: destinations are opened again, and what changed in the configuration is taken over. */
import { type CheckedPipeline, type OpenSource, planReload, type ReloadStep } from "@boltodds/config"
import type { Running } from "@boltodds/pipeline"
import type { LaneEvent } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Log } from "../Log.ts"
import { tellLaneEvent } from "./tellLaneEvent.ts"
import { messageOf } from "./messageOf.ts"

/** A run that can be reloaded. */
interface Hold {
  readonly run: string
  readonly running: Running
  readonly source: OpenSource
}

/** How long a sink that is taken out may deliver what it holds. */
const drainWithin = Duration.seconds(10)

/**
 * Listens for SIGHUP. A configuration with mistakes changes nothing, and neither does one of which a part needs a restart:
 * what runs goes on. One reload follows another.
 */
export const onHangup = (
  load: () => Promise<CheckedPipeline>,
  first: CheckedPipeline,
  log: Log,
): { readonly onRunning: (running: Running, source: OpenSource, run: string) => void; readonly stop: () => void } => {
  let hold: Hold | undefined
  let current = first
  let last: Promise<void> = Promise.resolve()
  const reload = async (): Promise<void> => {
    if (hold === undefined) return
    for (const [route, error] of await Effect.runPromise(hold.running.reopen)) {
      log.log("warn", `${route} cannot be opened again: ${error.message}`)
    }
    const next = await load().catch((cause: unknown) => {
      log.log("error", `the configuration is not taken over, and what runs goes on. ${messageOf(cause)}`)
    })
    if (next !== undefined) current = await takeOver(current, next, hold, log)
  }
  const listen = (): void => void (last = last.then(reload))
  process.on("SIGHUP", listen)
  return {
    onRunning: (running, source, run) => hold = { run, running, source },
    stop: () => void process.off("SIGHUP", listen),
  }
}

/** Gives the pipeline that runs afterwards. */
const takeOver = async (
  current: CheckedPipeline,
  next: CheckedPipeline,
  hold: Hold,
  log: Log,
): Promise<CheckedPipeline> => {
  const plan = planReload(current, next)
  if (plan.needsRestart) {
    for (const { needsRestart, sentence } of plan.steps) if (needsRestart) log.log("warn", sentence)
    log.log("warn", "the configuration is not taken over, and what runs goes on; restart to have it")
    return current
  }
  if (plan.steps.length === 0) {
    log.log("info", "reloaded: nothing has changed")
    return current
  }
  const onLaneEvent = (sink: string, event: LaneEvent): void => tellLaneEvent(log, sink, event)
  const { routes } = next.open({ run: hold.run, log: log.log, onLaneEvent })
  for (const step of plan.steps) {
    log.log("info", `reload: ${step.sentence}`)
    await Effect.runPromise(
      Effect.match(apply(step, plan.sourceOptions, hold, routes), {
        onSuccess: () => {},
        onFailure: (error) => log.log("error", `${step.sink ?? "the source"}: ${messageOf(error)}`),
      }),
    )
  }
  return next
}

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
      return Effect.void
  }
}
