/** Runs a checked pipeline, for `stream`, `demo` and `run`. */
import { withinHeap } from "@boltodds/parts/recording"
import type { CheckedPipeline, OpenContext, OpenPipeline, OpenSource } from "@boltodds/config"
import { isDelivered, isMissingRecords, type Report, type RouteReport, run, type Running } from "@boltodds/pipeline"
import { ulid } from "@boltodds/protocol"
import type { Sink } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import { visibleJson } from "@boltodds/text"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { dirname, resolve } from "node:path"
import { errorMessage, ExitCode, Failure } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"
import { writeError } from "../terminal/Terminal.ts"
import type { EarlyEnd } from "@boltodds/parts"
import { DrainDeadline } from "./DrainDeadline.ts"
import { failureOf } from "../process/failureOf.ts"
import { answerStatusWith } from "../process/guards.ts"
import { endWithoutData } from "./Reception.ts"
import { type EndSignal, onInterruption } from "../process/Interruption.ts"
import { makeControlLog } from "../log/logControls.ts"
import { makeUnreadLog } from "../log/logUnread.ts"
import { makeProgress } from "../terminal/Progress.ts"
import { processFigures } from "../status/processFigures.ts"
import { RunHooks } from "./RunHooks.ts"
import { type Earlier, requireRoom, resumeFrom } from "./resumeFrom.ts"
import { bookRoomText, reportJson, reportText } from "./runTexts.ts"
import { statusNow } from "../status/statusNow.ts"
import { makeLaneLog } from "../log/logLaneEvent.ts"
import { makeTurnWatch, type TurnWatch } from "../process/TurnWatch.ts"
import { watchLoad } from "../process/youngGeneration.ts"

/** How a pipeline is run. */
export interface PipelineRun {
  readonly log: CommandLog
  /** What the parts registered. Default: nothing. */
  readonly hooks?: RunHooks
  /** Gets a hold on the run, and what its sinks have around them: for reloading. */
  readonly onRunning?: (
    running: Running,
    source: OpenSource,
    run: string,
    around: ((sink: Sink<never>) => Sink<never>) | undefined,
  ) => void
  /**
   * Who sees to SIGHUP. `here` (default): it opens files again where there is a file sink, and ends the run otherwise ·
   * `elsewhere`: the caller.
   */
  readonly hangup?: "here" | "elsewhere"
  /** Called when the run is over, before anything is written about it. */
  readonly onDone?: () => Promise<void>
  /** Called when the end was asked for: what waits is delivered from now on. */
  readonly onEnding?: () => void
  /** Watches turns that take long. Default: one of its own. */
  readonly turns?: TurnWatch
  /** The time in which this process may run it. Default: without end. */
  readonly lead?: Lead
  /** What an earlier run left. Default: what the configuration says. */
  readonly earlier?: ResumedFrom
}

/** The time in which a process leads: see `lease` of a configuration. */
export interface Lead {
  /** Returns when it is over, with the reason. */
  readonly over: Effect.Effect<string>
  /** Why it is over; undefined while it is not. */
  readonly whyOver: () => string | undefined
  /** A sink that writes only while it is not over. */
  readonly around: (sink: Sink<never>) => Sink<never>
  /** How long lanes may drain, where the configuration says this. */
  readonly drainWithin: (usual: Duration.Duration | undefined) => Duration.Duration | undefined
}

/** The book that a run resumes from, and whose reader has it. */
export interface ResumedFrom extends Earlier {
  /** Where it was read: a file, or the name of a sink. */
  readonly path: string
  readonly isReader: NonNullable<OpenContext["resumes"]>
}

/** Runs a pipeline until something ends it; the exit code of a clean end, or a `Failure`. */
export const runPipeline = async (
  pipeline: CheckedPipeline,
  {
    log,
    hooks = new RunHooks(),
    onRunning,
    onEnding,
    onDone,
    hangup = "here",
    turns = makeTurnWatch(log),
    lead,
    ...given
  }: PipelineRun,
): Promise<ExitCode> => {
  const settings = pipeline.run
  const { ends, watches, reception } = hooks
  hooks.startReporting(log)
  const progress = progressOf(pipeline, log)
  const logControls = makeControlLog(log)
  const unread = makeUnreadLog(log)
  const onStep = (step: Step): void => {
    reception.onEvent(step.event)
    logControls(step)
    unread.onStep(step)
    for (const watch of watches) watch(step)
    progress?.onStep(step)
  }
  const interrupted = Deferred.makeUnsafe<string>()
  let running: Running | undefined
  const reopens = hangup === "here" && pipeline.sinks.some(({ type }) => type === "file")
  const stopReopening = reopens ? onReopen(() => running, log) : () => {}
  let ending: EndSignal | undefined
  const stopListening = onInterruption((signal) => {
    ending = signal
    onEnding?.()
    // A line break after the ^C that the terminal prints.
    if (process.stderr.isTTY === true && signal === "SIGINT") process.stderr.write("\n")
    Deferred.doneUnsafe(interrupted, Exit.succeed(`signal ${signal}`))
    if (running === undefined) deadline.giveUpOpening()
  }, { hangup: hangup === "here" && !reopens })
  const stopAnswering = answerStatusWith(async () => statusNow(running, hooks.status, log.format))

  const stopWatching = watchLoad()
  if (pipeline.hasPlugins) turns.start()
  const deadline = new DrainDeadline<Report | undefined>()
  let report: Report | undefined
  let expressions: OpenPipeline["expressions"] = () => []
  let early: EarlyEnd | undefined
  const id = ulid()
  const around = lead === undefined ? undefined : (sink: Sink<never>) => lead.around(sink)
  const earlier = given.earlier ?? await earlierOf(pipeline, log)
  const program = Effect.gen(function* () {
    const open = pipeline.open({
      run: id,
      log: log.log,
      onLaneEvent: makeLaneLog(log),
      evaluations: turns.evaluations,
      ...earlier === undefined ? {} : { resumes: earlier.isReader },
      ...around === undefined ? {} : { around },
    })
    expressions = open.expressions
    yield* Effect.promise(turns.ready)
    // A feed is divided by the names that REST gives, and that may take its time.
    const stopped = lead === undefined
      ? Deferred.await(interrupted)
      : Effect.raceFirst(Deferred.await(interrupted), lead.over)
    const source = yield* Effect.raceFirst(open.source, Effect.as(stopped, undefined))
    if (source === undefined) return undefined
    if (earlier !== undefined && source.state?.run !== undefined) {
      return yield* Effect.fail(
        new Failure(
          ExitCode.badConfiguration,
          "Cannot resume a recording: it starts with its own book. Leave out `resume`, and the lease.",
        ),
      )
    }
    if (earlier?.book !== undefined) {
      const { book, path } = earlier
      const limits = source.state?.limits
      yield* Effect.try({ try: () => requireRoom(path, book, limits), catch: (cause) => cause })
    }
    if (
      source.state?.run === undefined && !("records" in source.source) &&
      pipeline.sinks.some(({ needs }) => needs !== "frames")
    ) {
      const { level, text } = bookRoomText(source.state?.limits)
      log.log(level, text)
    }
    const until = Effect.raceAllFirst([
      stopped,
      ...settings.for === undefined ? [] : [Effect.as(Effect.sleep(settings.for), "time is up")],
      ...ends.map((end) => Effect.map(end, (ended) => (early = ended).reason)),
    ])
    return yield* run(source.source, open.routes, {
      state: {
        run: id,
        ...source.state,
        limits: withinHeap(source.state?.limits),
        ...earlier === undefined ? {} : { term: earlier.term },
      },
      ...earlier?.book === undefined ? {} : { resume: earlier.book },
      until,
      ...settings.count === undefined ? {} : { count: settings.count },
      // Read at the end: without a lease nothing may be delivered any more.
      get drainWithin() {
        return lead === undefined ? settings.drainWithin : lead.drainWithin(settings.drainWithin)
      },
      onStep,
      status: { take: hooks.status.take, process: processFigures },
      onRunning: (now) => {
        running = now
        hooks.status.runs(now)
        unread.counting(() => Effect.runSync(now.unread))
        deadline.opened()
        onRunning?.(now, source, id, around)
      },
      onReport: (made, outcome) => {
        report = made
        deadline.giveUpClosing(outcome)
      },
    })
  }).pipe(Effect.scoped, Effect.provide(log.layer))

  const exit = await deadline.exitOf(program)
  progress?.end()
  await onDone?.()
  stopListening()
  stopReopening()
  stopAnswering()
  stopWatching()
  turns.stop()
  // Between two runs of a lease others follow.
  if (lead === undefined) await hooks.stopReporting()
  if (report !== undefined && settings.report) {
    const received = reception.received
    writeError(
      log.format === "json"
        ? visibleJson(reportJson(report, received, expressions()))
        : reportText(report, received, expressions()),
    )
  }
  // What it did not deliver the next leader makes good.
  if (lead?.whyOver() !== undefined && ending === undefined) return ExitCode.clean
  if (Exit.isFailure(exit) && ending !== undefined && Cause.hasInterruptsOnly(exit.cause)) throw notOpened()
  if (Exit.isFailure(exit)) throw failureOf(exit.cause, brokenSinkOf(report))
  if (exit.value === undefined) {
    throw new Failure(ExitCode.feedUnavailable, `Ended by ${ending ?? "a signal"} before the source was open`)
  }
  if (early?.unavailable === true) throw new Failure(ExitCode.feedUnavailable, `Ended because ${early.reason}`)
  endWithoutData(exit.value, reception.received, log)
  if (isDelivered(exit.value)) return ending === "SIGHUP" ? ExitCode.hungUp : ExitCode.clean
  throw new Failure(ExitCode.undelivered, undelivered(exit.value, settings.drainWithin))
}

const notOpened = (): Failure =>
  new Failure(
    ExitCode.sinkFailed,
    "Stopped before the pipeline was open: its source or one of its sinks did not open in time. Check what they wait for",
  )

/** At SIGHUP destinations are opened again: files after their rotation by others. Returns what takes the listener away. */
const onReopen = (running: () => Running | undefined, log: CommandLog): () => void => {
  const reopen = async (): Promise<void> => {
    const now = running()
    if (now === undefined) return log.log("info", "SIGHUP is ignored: the pipeline is not running yet")
    const problems = await Effect.runPromise(now.reopen)
    for (const [route, error] of problems) {
      log.log("warn", `${route} cannot be opened again: ${errorMessage(error.cause)}`, {
        event: "reopen_failed",
        sink: route,
      })
    }
    if (problems.length === 0) log.log("info", "the files were opened again", { event: "files_reopened" })
  }
  const listen = (): void => void reopen()
  process.on("SIGHUP", listen)
  return () => void process.off("SIGHUP", listen)
}

/** Sinks that show something on a terminal. */
const screens: ReadonlySet<string> = new Set(["stdout", "board", "lines"])

/** A progress line for the first snapshot, on a terminal where no records are printed. */
const progressOf = (
  pipeline: CheckedPipeline,
  log: CommandLog,
): { readonly onStep: (step: Step) => void; readonly end: () => void } | undefined => {
  const { stderr, stdout } = process
  const isShown = pipeline.sinks.some(({ type }) => screens.has(type)) && stdout.isTTY === true
  if (stderr.isTTY !== true || isShown || pipeline.sinks.every(({ needs }) => needs === "frames")) return undefined
  const progress = makeProgress((text) => void stderr.write(text), () => performance.now())
  log.beforeEach(progress.clear)
  return progress
}

/** The sink that a failed run failed by, where it was one. */
const brokenSinkOf = (report: Report | undefined): string | undefined =>
  report?.routes.find(({ required, state }) => required && state === "disabled")?.name

const undelivered = ({ routes }: Report, within: Duration.Duration | undefined): string => {
  const seconds = Duration.toSeconds(within ?? Duration.seconds(10))
  let sum = 0
  const parts = routes.filter(isMissingRecords).flatMap((route) => {
    const { name, counts, isLossy, isKept, losses } = route
    // Without what the lane itself had to say, such as a resnapshot that was refused.
    const lost = isLossy ? Object.values(losses).reduce((all, amount) => all + amount, 0) : 0
    sum += lost + counts.pending
    const kept = isKept ? " (its outbox keeps them for the next run)" : ""
    return [
      ...counts.pending > 0 ? [`${name} did not take ${counts.pending} within ${seconds} s${kept}`] : [],
      ...lost > 0 ? [`${name} lost ${lost} on the way${reasonsOf(route)}`] : [],
      ...isLossy && lost === 0 ? [`${name} lost records in an earlier run, and no resnapshot has followed yet`] : [],
    ]
  })
  return `Stopped with ${sum} records undelivered: ${parts.join("; ")}`
}

/** ` (expired 12, dead_letter 3)`. */
const reasonsOf = ({ losses }: RouteReport): string => {
  const reasons = Object.entries(losses).map(([reason, amount]) => `${reason} ${amount}`)
  return reasons.length === 0 ? "" : ` (${reasons.join(", ")})`
}

/** The book to resume from, and its reader: the sink that writes the file, or else standard output. */
const earlierOf = async (
  pipeline: CheckedPipeline,
  log: CommandLog,
): Promise<ResumedFrom | undefined> => {
  const { file, run: { resume }, sinks } = pipeline
  if (resume === undefined) return undefined
  if (!sinks.some(({ isBook }) => isBook)) {
    throw new Failure(
      ExitCode.badConfiguration,
      `Cannot resume from ${resume}: no sink receives records that make a book. Write emit: changes.`,
    )
  }
  const folder = dirname(file)
  const path = resolve(folder, resume)
  const isWriter = (type: string, options: unknown): boolean => {
    const given = type === "file" ? (options as { readonly path?: unknown }).path : undefined
    return typeof given === "string" && resolve(folder, given) === path
  }
  let isSeries = false
  // Only to look at the options of its sinks: nothing is open before its effects are run.
  pipeline.open({
    run: "",
    log: log.log,
    resumes: ({ type, options }) => {
      isSeries ||= isWriter(type, options)
      return false
    },
  })
  const earlier = await resumeFrom(path, { isSeries, log: log.log })
  return { ...earlier, path, isReader: ({ type, options }) => isSeries ? isWriter(type, options) : type === "stdout" }
}
