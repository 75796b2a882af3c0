/** The demo at work: the same against a simulated feed. */
import { makeLimiter } from "@boltodds/connection"
import type { ExitCode } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry } from "../../parts/registry.ts"
import { documentOf, partNamesOf } from "../../commandLine/flagDocument.ts"
import { loadDocument } from "../../configuration/loadDocument.ts"
import { limitOptionsOf } from "../../commandLine/limitFlag.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { filtersOf, logOf } from "../../commandLine/settings.ts"
import { warnOfWebhooksOnLine } from "../../commandLine/webhookAddress.ts"

/** Streams a simulated feed, and cuts the line once. */
export const runDemo = async (given: ParsedFlags): Promise<ExitCode> => {
  given.refuseBeside("no-cut", ["cut-after"], "the line is not cut")
  const log = logOf(given)
  warnOfWebhooksOnLine(given, log)
  const seed = given.number("seed") ?? 1
  const rate = given.number("rate", { least: 1, most: 50_000 }) ?? 20
  const cutAfter = given.millis("cut-after") ?? 5000
  const cut = given.isSet("no-cut") ? {} : { cut_after: `${cutAfter}ms` }
  const source = { simulator: { ...filtersOf(given), seed, rate, ...cut, ...limitOptionsOf(given) } }
  const document = await documentOf(given, source, process.env)
  const registry = await makeRegistry({ log, limiter: makeLimiter(), endsWhen: () => {} }, partNamesOf(document))
  return await runPipeline(await loadDocument(document, registry), { log, ends: [] })
}
