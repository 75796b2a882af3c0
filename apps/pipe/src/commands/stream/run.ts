/** The default command at work. */
import { runLogFlags } from "../../commandLine/flagGroups.ts"
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry, type PartsHost } from "@boltodds/parts"
import { documentOf, partNamesOf } from "../../commandLine/flagDocument.ts"
import { loadDocument } from "../../configuration/loadDocument.ts"
import { thisMachine } from "@boltodds/parts/feed"
import { RunHooks } from "../../streaming/RunHooks.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { keySourceOf, logOf } from "../../commandLine/settings.ts"
import { warnOfWebhooksOnLine } from "../../commandLine/webhookAddress.ts"
import { feedOptionsOf } from "./feedOptionsOf.ts"

/** Streams the feed as the flags say: a small configuration. */
export const runStream = async (given: ParsedFlags): Promise<ExitCode> => {
  const config = given.text("config")
  if (config !== undefined) {
    refuseBesides(given)
    return (await import("../run/run.ts")).runConfigured(given, config)
  }
  given.refuseWithout("config", ["allow"], "flags are your own word, and need no permission")
  const log = logOf(given)
  warnOfWebhooksOnLine(given, log)
  const isForPerson = process.stdout.isTTY === true && !given.isSet("json") && !given.isSet("sink") &&
    (given.text("emit") ?? "changes") === "changes"
  const plainSink = isForPerson ? "lines" : "stdout"
  const document = await documentOf(given, { feed: feedOptionsOf(given) }, process.env, { plainSink })
  const { key } = keySourceOf(given, log)
  const hooks = new RunHooks()
  const host: PartsHost = {
    ...hooks.host,
    key,
    // The user's own flag or variable names the host.
    keyHosts: "any",
    machine: thisMachine(log.log, "boltodds-pipe"),
  }
  const registry = await makeRegistry(host, partNamesOf(document))
  const shown = isForPerson ? [(await import("../../terminal/linesSink.ts")).linesSink] : []
  const pipeline = await loadDocument(document, { ...registry, sinks: [...registry.sinks, ...shown] })
  return await runPipeline(pipeline, { log, hooks })
}

/** A file says all of a pipeline: what a flag says besides would be ignored. */
const refuseBesides = ({ written }: ParsedFlags): void => {
  const taken = new Set(["config", "report", "allow", ...runLogFlags.flags.map(({ name }) => name)])
  const others = written.filter((name) => !taken.has(name)).map((name) => `--${name}`)
  if (others.length === 0) return
  throw new UsageError(
    `Cannot use ${others.join(", ")} together with --config: write it into the file, or leave --config out.`,
  )
}
