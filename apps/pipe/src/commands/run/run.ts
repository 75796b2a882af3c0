/** `run FILE` at work. */
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry } from "@boltodds/parts"
import { fileGuards } from "../../configuration/fileGuards.ts"
import { environment } from "../../process/environment.ts"
import { allowedBy } from "../../commandLine/allowed.ts"
import { loadConfig } from "../../configuration/loadConfig.ts"
import { thisMachine } from "@boltodds/parts/feed"
import { makeContactLog } from "../../configuration/manifestText.ts"
import { onHangup } from "./reload.ts"
import { RunHooks } from "../../streaming/RunHooks.ts"
import { runLed } from "../../streaming/runLed.ts"
import { statusServerFlags } from "../../commandLine/serveFlags.ts"
import { logOf } from "../../commandLine/settings.ts"
import { makeTurnWatch } from "../../process/TurnWatch.ts"

/** Runs a configured pipeline; a SIGHUP reads the file again. */
export const runConfigured = async (given: ParsedFlags, file: string | undefined): Promise<ExitCode> => {
  if (file === undefined) throw new UsageError("Cannot run without a configuration: write boltodds-pipe run FILE")
  const log = logOf(given)
  const allowed = allowedBy(given, process.env)
  const load = () => loadConfig(file, registry, log, allowed.has("plugins") ? "run" : "refuse")
  given.refuseWithout("listen", serverFlagNames, "they are for clients of the server")
  const hooks = new RunHooks()
  const server = given.isSet("listen")
    ? await (await import("../../status/statusServer.ts")).statusServer(given, hooks.status, log)
    : undefined
  const registry = await makeRegistry({
    ...hooks.host,
    ...server === undefined ? {} : { servers: server.pool },
    env: environment,
    guards: fileGuards(allowed),
    machine: thisMachine(log.log, "boltodds-pipe"),
  })
  let pipeline = withFlags(await load(), given)
  const logContacts = makeContactLog(log)
  logContacts(pipeline)
  const turns = makeTurnWatch(log)
  const closeServer = await server?.open()
  const reloading = onHangup(load, pipeline, log, turns, (next) => {
    logContacts(next)
    pipeline = withFlags(next, given)
  })
  try {
    const { onRunning, onEnded, onWaiting } = reloading
    const led = { onRunning, onEnded, onWaiting, hangup: "elsewhere" } as const
    return await runLed({ pipeline: () => pipeline, log, hooks, turns, ...led })
  } finally {
    reloading.stop()
    await closeServer?.()
  }
}

const serverFlagNames = statusServerFlags.flags.map(({ name }) => name).filter((name) => name !== "listen")

/** Flags of the command line win over the file. */
const withFlags = <P extends { readonly run: object }>(pipeline: P, given: ParsedFlags): P =>
  given.isSet("report") ? { ...pipeline, run: { ...pipeline.run, report: true } } : pipeline
