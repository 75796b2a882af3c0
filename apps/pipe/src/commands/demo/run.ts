/** The demo at work: the same against a simulated feed. */
import type { ExitCode } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry, type PartsHost } from "@boltodds/parts"
import { showsBoard } from "../../board/fitsBoard.ts"
import { documentOf, partNamesOf } from "../../commandLine/flagDocument.ts"
import { loadDocument } from "../../configuration/loadDocument.ts"
import { limitOptionsOf } from "../../commandLine/limitFlag.ts"
import { RunHooks } from "../../streaming/RunHooks.ts"
import { runPipeline } from "../../streaming/runPipeline.ts"
import { filtersOf, logOf } from "../../commandLine/settings.ts"
import { warnOfWebhooksOnLine } from "../../commandLine/webhookAddress.ts"

/** What the board of the demo shows: many sportsbooks side by side. */
const boardWorld = {
  games: 24,
  players: 1,
  sportsbooks: undefined,
  sports: ["NBA", "MLB", "NFL", "NHL", "EPL"],
}
const boardRate = 120

/** The simulated feed always has data, so nothing is said about its reception. */
const simulated: Pick<PartsHost, "onStatus"> = { onStatus: () => {} }

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
  if (showsBoard(given, process)) {
    const { runBoard } = await import("../../board/runBoard.ts")
    return await runBoard({
      given,
      source: { simulator: { ...source.simulator, rate: given.number("rate") ?? boardRate } },
      host: () => ({ world: boardWorld, ...simulated }),
    })
  }
  const document = await documentOf(given, source, process.env)
  const hooks = new RunHooks()
  const registry = await makeRegistry({ ...hooks.host, ...simulated }, partNamesOf(document))
  return await runPipeline(await loadDocument(document, registry), { log, hooks })
}
