/** The server at work: a small configuration. */
import { makeRegistry, type PartsHost } from "@boltodds/parts"
import { thisMachine } from "@boltodds/parts/feed"
import { type FlagDocument, partNamesOf, runOf } from "../../commandLine/flagDocument.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { serveSinksOf } from "../../commandLine/serveSinks.ts"
import { keySourceOf, logOf } from "../../commandLine/settings.ts"
import { loadDocument } from "../../configuration/loadDocument.ts"
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import { RunHooks } from "../../streaming/RunHooks.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { feedOptionsOf } from "../stream/feedOptionsOf.ts"

/** Serves the feed until something ends it. */
export const runServe = async (given: ParsedFlags): Promise<ExitCode> => {
  const log = logOf(given)
  const emits = given.texts("emit")
  const twice = emits.find((emit, index) => emits.indexOf(emit) !== index)
  if (twice !== undefined) throw new UsageError(`Cannot use --emit ${twice} twice: it is served once for all clients`)
  const where = given.text("where")
  const common = where === undefined ? {} : { where }
  const document: FlagDocument = {
    version: 1,
    source: { feed: feedOptionsOf(given) },
    sinks: serveSinksOf(given, emits.length === 0 ? ["changes"] : emits, common, log),
    run: runOf(given),
  }
  const { key } = keySourceOf(given, log)
  const hooks = new RunHooks()
  const host: PartsHost = {
    ...hooks.host,
    key,
    // The user's own flag or variable names the host.
    keyHosts: "any",
    machine: thisMachine(log.log, "boltodds-pipe"),
  }
  const pipeline = await loadDocument(document, await makeRegistry(host, partNamesOf(document)))
  return await runPipeline(pipeline, { log, hooks })
}
