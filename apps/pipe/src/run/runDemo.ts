/** The demo at work. */
import { keyOf, makeLimiter, type Status } from "@boltodds/connection"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import type { ExitCode } from "../ExitCode.ts"
import type { Given } from "../flags.ts"
import { filtersOf, logOf, outputOf } from "./settings.ts"
import { streamFeed } from "./streamFeed.ts"

/** A world small enough to be read along. */
const world = {
  games: 6,
  players: 1,
  sportsbooks: ["draftkings", "fanduel", "kalshi"],
  sports: ["NBA", "MLB", "EPL"],
}

/** Long enough for a local server; the feed itself gets ten seconds. */
const settleMillis = 2000

/** Streams a simulated feed, and cuts the line once. */
export const runDemo = async (given: Given): Promise<ExitCode> => {
  const log = logOf(given)
  const output = outputOf(given, "changes")
  const seed = given.number("seed") ?? 1
  const rate = given.number("rate", { least: 1, most: 50_000 }) ?? 20
  const cutAfter = given.isSet("no-cut") ? undefined : given.millis("cut-after") ?? 5000
  const simulator = await startSimulator({ rate, world: { ...world, seed } })
  const cut = cutter(simulator, cutAfter, rate)
  try {
    return await streamFeed({
      feed: { url: simulator.url, insecure: false, key: keyOf(simulator.key) },
      filters: filtersOf(given),
      output,
      limiter: makeLimiter(),
      settleMillis,
      onStatus: cut.onStatus,
    }, log)
  } finally {
    cut.cancel()
    await simulator.stop()
  }
}

/** Cuts the line once, some time after data first came; two seconds of the world go by unseen. */
const cutter = (
  simulator: Simulator,
  afterMillis: number | undefined,
  rate: number,
) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    onStatus: (status: Status): void => {
      if (
        status._tag !== "Live" || afterMillis === undefined ||
        timer !== undefined
      ) return
      timer = setTimeout(
        () => void simulator.restart({ missedMessages: 2 * rate }),
        afterMillis,
      )
    },
    cancel: (): void => clearTimeout(timer),
  }
}
