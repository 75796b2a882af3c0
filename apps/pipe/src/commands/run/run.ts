/** `run FILE` at work. */
import type { Step } from "@boltodds/state"
import type * as Effect from "effect/Effect"
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import type { EarlyEnd, PartsHost } from "../../parts/PartsHost.ts"
import { makeRegistry } from "../../parts/registry.ts"
import { allowedBy } from "../../commandLine/allowed.ts"
import { loadConfig } from "../../configuration/loadConfig.ts"
import { thisMachine } from "../../feed/machine.ts"
import { makeContactLog } from "../../configuration/manifestText.ts"
import { onHangup } from "./reload.ts"
import { Reception } from "../../streaming/Reception.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { logOf } from "../../commandLine/settings.ts"
import { makeTurnWatch } from "../../process/TurnWatch.ts"

/** Runs a configured pipeline; a SIGHUP reads the file again. */
export const runConfigured = async (given: ParsedFlags, file: string | undefined): Promise<ExitCode> => {
  if (file === undefined) throw new UsageError("Cannot run without a configuration: write boltodds-pipe run FILE")
  const log = logOf(given)
  const ends: Array<Effect.Effect<EarlyEnd>> = []
  const watches: Array<(step: Step) => void> = []
  const allowed = allowedBy(given, process.env)
  const load = () => loadConfig(file, registry, log, allowed.has("plugins") ? "run" : "refuse")
  const machine = thisMachine(log)
  const reception = new Reception()
  const host: PartsHost = {
    log,
    limiter: machine.limiter,
    machine,
    allowed,
    onStatus: reception.onStatus,
    endsWhen: (end) => ends.push(end),
    onSteps: (watch) => watches.push(watch),
  }
  const registry = await makeRegistry(host)
  const pipeline = withFlags(await load(), given)
  const logContacts = makeContactLog(log)
  logContacts(pipeline)
  const turns = makeTurnWatch(log)
  const reloading = onHangup(load, pipeline, log, turns, logContacts)
  try {
    const { onRunning } = reloading
    return await runPipeline(pipeline, { log, ends, watches, reception, onRunning, hangup: "elsewhere", turns })
  } finally {
    reloading.stop()
  }
}

/** Flags of the command line win over the file. */
const withFlags = <P extends { readonly run: object }>(pipeline: P, given: ParsedFlags): P =>
  given.isSet("report") ? { ...pipeline, run: { ...pipeline.run, report: true } } : pipeline
