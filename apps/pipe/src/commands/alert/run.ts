/** `alert` at work: a small configuration, with a processor of its own. */
import { processorPlugin } from "@boltodds/config"
import { makeRegistry, type PartsHost } from "@boltodds/parts"
import { thisMachine } from "@boltodds/parts/feed"
import { expectedButGot, isLoopbackHost } from "@boltodds/text"
import * as Schema from "effect/Schema"
import { type FlagDocument, partNamesOf, runOf } from "../../commandLine/flagDocument.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { keySourceOf, logOf } from "../../commandLine/settings.ts"
import { escaped } from "../../commandLine/signalFlags.ts"
import { warnOfAddresses, webhookAddress } from "../../commandLine/webhookAddress.ts"
import { loadDocument } from "../../configuration/loadDocument.ts"
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import { RunHooks } from "../../streaming/RunHooks.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { feedOptionsOf } from "../stream/feedOptionsOf.ts"
import { type LeastMove, moved } from "./moved.ts"

const services = ["discord", "slack", "telegram"] as const

/** Posts moves until something ends it. */
export const runAlert = async (given: ParsedFlags): Promise<ExitCode> => {
  const least = leastMoveOf(given.text("moved") ?? "10c")
  const log = logOf(given)
  const targets = services.flatMap((format) => given.texts(format).map((spec) => ({ format, spec })))
  if (targets.length === 0) {
    throw new UsageError("Cannot post alerts: write --discord URL, --slack URL or --telegram URL")
  }
  warnOfAddresses(
    targets.map(({ spec }) => spec),
    { flag: targets.map(({ format }) => `--${format}`).join(", "), instead: "@FILE or env:NAME" },
    log,
  )
  const where = given.text("where")
  const sinks = await Promise.all(targets.map(async ({ format, spec }, index) => {
    const url = await webhookAddress(spec, process.env, `--${format} `)
    // A receiver on this machine, to try it: the user's own flag names it.
    const isOwn = URL.canParse(url) && isLoopbackHost(new URL(url).hostname)
    return [index === 0 ? format : `${format}-${index + 1}`, {
      webhook: { url: escaped(url), format, ...isOwn ? { allow_private: true } : {} },
      emit: "changes",
      // A move is history: nobody in a channel acts on a gap. The log has it.
      control: false,
      ...where === undefined ? {} : { where },
      // What came of each line in some seconds, so that both sides of a market are one sentence.
      processors: [{ conflate: { every: `${given.millis("every") ?? 5000}ms` } }, { moved: {} }],
    }]
  }))
  const document: FlagDocument = {
    version: 1,
    source: { feed: feedOptionsOf(given) },
    sinks: Object.fromEntries(sinks),
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
  const registry = await makeRegistry(host, partNamesOf(document))
  const plugin = processorPlugin({
    kind: "processor",
    name: "moved",
    config: Schema.Struct({}),
    emits: ["changes"],
    keepsForm: true,
    make: () => () => moved(least),
  })
  const pipeline = await loadDocument(document, { ...registry, processors: [...registry.processors, plugin] })
  return await runPipeline(pipeline, { log, hooks })
}

const leastMoveOf = (text: string): LeastMove => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(c|%)$/.exec(text) ?? []
  const value = Number(amount)
  if (unit === undefined || value === 0) {
    throw new UsageError(`Cannot use --moved: ${expectedButGot("a move such as 10c or 2%", text)}`)
  }
  return unit === "c" ? { cents: value } : { probability: value / 100 }
}
