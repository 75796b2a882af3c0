/** `check FILE` at work. */
import type { CheckedPipeline, SinkCheck } from "@boltodds/config"
import { ulid } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import { stringify } from "yaml"
import { fileGuards } from "../../configuration/fileGuards.ts"
import { environment } from "../../process/environment.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry } from "@boltodds/parts"
import { writeOut } from "../../terminal/Terminal.ts"
import { allowedBy } from "../../commandLine/allowed.ts"
import { loadConfig } from "../../configuration/loadConfig.ts"
import { thisMachine } from "@boltodds/parts/feed"
import { manifestText } from "../../configuration/manifestText.ts"
import { logOf } from "../../commandLine/settings.ts"

/** Checks configurations; prints them as they are understood, secrets masked. */
export const runCheck = async (given: ParsedFlags): Promise<ExitCode> => {
  const log = logOf(given)
  const allowed = allowedBy(given, process.env)
  given.refuseBeside("no-plugins", ["connect"], "parts that are not loaded cannot be opened")
  const machine = thisMachine(log.log, "boltodds-pipe")
  const registry = await makeRegistry({ machine, env: environment, guards: fileGuards(allowed), endsWhen: () => {} })
  const [file] = given.words
  if (file === undefined) {
    throw new UsageError("Cannot check without a configuration: write boltodds-pipe check FILE")
  }
  const plugins = given.isSet("no-plugins") ? "skip" : allowed.has("plugins") ? "run" : "refuse"
  const pipeline = await loadConfig(file, registry, log, plugins)
  if (given.isSet("resolved")) await writeOut(stringify(pipeline.resolved))
  else await writeOut(`${file}: OK, ${countOf(pipeline)}\n${manifestText(pipeline.manifest)}`)
  if (!given.isSet("connect")) return ExitCode.clean
  const context = { run: ulid(), log: log.log }
  const found = await Effect.runPromise(pipeline.checkSource(context))
  for (const { state, message } of found) await writeOut(`${pipeline.source} (source): ${marks[state]}${message}\n`)
  const checks = await Effect.runPromise(pipeline.check(context))
  for (const check of checks) await writeOut(`${check.name} (${check.type}): ${stateOf(check)}\n`)
  const failed = checks.filter(({ state }) => state === "failed")
  const causes = found.flatMap(({ state, cause }) => state === "failed" ? [cause] : [])
  if (causes.includes("key")) throw new Failure(ExitCode.keyRefused, "Cannot use the key: see above")
  if (causes.includes("unavailable")) throw new Failure(ExitCode.feedUnavailable, "Cannot reach the feed: see above")
  if (causes.length > 0) throw new Failure(ExitCode.badConfiguration, `${file} has names that the feed does not know`)
  if (failed.length === 0) return ExitCode.clean
  throw new Failure(ExitCode.sinkFailed, `Cannot reach ${failed.map(({ name }) => name).join(", ")}`)
}

const marks = { ok: "ok: ", warning: "warning: ", failed: "FAILED: " } as const

const countOf = ({ sinks }: CheckedPipeline): string => sinks.length === 1 ? "1 sink" : `${sinks.length} sinks`

const stateOf = ({ state, error }: SinkCheck): string => {
  switch (state) {
    case "reached":
      return "ok"
    case "unknown":
      return "cannot be checked without delivering"
    case "failed":
      return `FAILED: ${errorMessage(error?.cause)}`
  }
}
