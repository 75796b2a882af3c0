/** Runs a pipeline with a lease: of several processes one runs it, and the others wait. */
import type { CheckedPipeline, OpenLease } from "@boltodds/config"
import { ulid } from "@boltodds/protocol"
import { SinkError } from "@boltodds/sink"
import { errorMessage, ExitCode, Failure } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { answerStatusWith } from "../process/guards.ts"
import { bookInSink } from "./bookInSink.ts"
import { LeaseLead } from "./LeaseLead.ts"
import { type PipelineRun, runPipeline } from "./runPipeline.ts"
import { RunHooks } from "./RunHooks.ts"
import { statusNow } from "../status/statusNow.ts"
import { watchForEnd } from "../process/Interruption.ts"

/** How a pipeline with a lease is run. */
export interface LedRun extends PipelineRun {
  /** The pipeline as it is now: a reload may have changed it. */
  readonly pipeline: () => CheckedPipeline
  /** Called when a run has ended and another may follow. */
  readonly onEnded?: () => void
  /** Called when this process begins to wait for its lease, and when it leads. */
  readonly onWaiting?: (isWaiting: boolean) => void
}

/** Between runs that ended because another process wrote, the first time; each time it is doubled. */
const firstPause = 1_000
const longestPause = 30_000
/**
 * For so long a leader tries to open its sinks. A server that the lease is in, too, is away for less: then the lead ends. Of
 * another one the next leader may have better luck.
 */
const openingMillis = 30_000

/** Runs a pipeline; with a lease only while this process leads, again and again. The exit code, or a `Failure`. */
export const runLed = async (options: LedRun): Promise<ExitCode> => {
  const { pipeline, log, hooks = new RunHooks(), hangup } = options
  if (pipeline().lease === undefined) return await runPipeline(pipeline(), options)
  hooks.startReporting(log)
  const stop = watchForEnd({ hangup: hangup !== "elsewhere" })
  const scope = Scope.makeUnsafe()
  const latest = hooks.status
  const statusLine = async (): Promise<string> => statusNow(undefined, latest, log.format)
  let stopAnswering = () => {}
  let stopBeating = () => {}
  const standsBy = (why: string): void => {
    stopBeating()
    stopBeating = eachSecond(() => latest.standsBy(why))
  }
  try {
    stopAnswering = answerStatusWith(statusLine)
    standsBy("the lease is not open yet")
    const lease = await openLease(pipeline(), log, scope, stop.signalled)
    if (lease === undefined) return ExitCode.clean
    let pause = firstPause
    /** Since when the sinks of this process do not open, while it leads. */
    let closedSince: number | undefined
    standsBy("another process holds the lease, or it cannot be reached")
    const leads = (): Promise<boolean> => {
      options.onWaiting?.(true)
      return acquired(lease, stop.signalled)
    }
    while (await leads()) {
      options.onWaiting?.(false)
      stopBeating()
      log.log("info", "leader: this process holds the lease and reads the feed", { event: "leader" })
      const lead = new LeaseLead(lease)
      const earlier = await bookInSink(pipeline(), log, Effect.raceFirst(Effect.asVoid(lead.over), stop.signalled))
      if (stop.hasSignal()) break
      let isOpen = false
      const onRunning: LedRun["onRunning"] = (...running) => {
        isOpen = true
        options.onRunning?.(...running)
      }
      const led = { ...options, hooks, lead, onRunning, ...earlier === undefined ? {} : { earlier } }
      const code = await runPipeline(pipeline(), led)
        // A run that lost its lease may end in any way.
        .catch((cause: unknown): ExitCode | "again" | undefined => {
          if (stop.hasSignal()) throw cause
          if (lead.whyOver() === undefined) {
            if (isOpen || !isAway(cause)) throw cause
            closedSince ??= performance.now()
            if (performance.now() - closedSince > openingMillis) throw cause
            log.log("warn", `leader: ${errorMessage(cause)}; trying again`)
            return "again"
          }
          log.log("debug", `the run ended with: ${errorMessage(cause)}`)
          return undefined
        })
      if (code === "again") {
        standsBy("this process leads, and its sinks cannot be opened yet")
        hooks.clear()
        stopAnswering = answerStatusWith(statusLine)
        await Effect.runPromise(
          Effect.raceAllFirst([Effect.sleep(firstPause), Effect.asVoid(lead.over), stop.signalled]),
        )
        if (lead.whyOver() === undefined) continue
      }
      closedSince = undefined
      const why = lead.whyOver()
      if (stop.hasSignal()) return code === "again" ? ExitCode.clean : code ?? ExitCode.clean
      if (why === undefined) return code as ExitCode
      log.log("warn", `standby: ${why}; the connection to the feed is closed`, { event: "standby" })
      standsBy(why)
      hooks.clear()
      options.onEnded?.()
      stopAnswering = answerStatusWith(statusLine)
      if (!lead.isFenced) pause = firstPause
      else {
        await Effect.runPromise(Effect.raceFirst(Effect.sleep(pause), stop.signalled))
        pause = Math.min(2 * pause, longestPause)
      }
    }
    log.log("info", "stopped as a standby", { event: "stopped_as_standby" })
    return ExitCode.clean
  } finally {
    stopBeating()
    stopAnswering()
    await hooks.stopReporting()
    stop.end()
    // Others can take over at once.
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

/** Calls it now and each second. Returns what ends that. */
const eachSecond = (call: () => void): () => void => {
  call()
  const timer = setInterval(call, 1_000)
  return () => clearInterval(timer)
}

/** Whether a sink did not open that may open at another time: its server cannot be reached. */
const isAway = (cause: unknown): boolean =>
  cause instanceof Failure && cause.exitCode === ExitCode.sinkFailed && cause.cause instanceof SinkError &&
  (cause.cause.rest === "retry" || isStarting(cause.cause.cause))

/** A server of NATS that starts answers before its JetStream does. */
const isStarting = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "reason" in cause && cause.reason === "no-jetstream"

/** Opens the lease; undefined if a signal comes first. */
const openLease = async (
  pipeline: CheckedPipeline,
  log: CommandLog,
  scope: Scope.Scope,
  signalled: Effect.Effect<void>,
): Promise<OpenLease | undefined> => {
  const { lease } = pipeline.open({ run: ulid(), log: log.log })
  const opened = await Effect.runPromiseExit(
    Effect.raceFirst(Scope.provide(lease!, scope), Effect.as(signalled, undefined)),
  )
  if (Exit.isSuccess(opened)) return opened.value
  const cause = Cause.squash(opened.cause)
  throw new Failure(ExitCode.sinkFailed, `The lease cannot be opened: ${errorMessage(cause)}`, { cause })
}

/** Whether the lease was acquired before a signal came. */
const acquired = (lease: OpenLease, signalled: Effect.Effect<void>): Promise<boolean> =>
  Effect.runPromise(Effect.raceFirst(Effect.as(signalled, false), Effect.as(lease.acquire, true)))
