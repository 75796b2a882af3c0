/** The default command at work. */
import { type ExitCode, UsageError } from "../ExitCode.ts"
import type { Given } from "../flags.ts"
import { thisMachine } from "./machine.ts"
import type { Division } from "./openShards.ts"
import { feedOf, filtersOf, logOf, outputOf } from "./settings.ts"
import { streamFeed } from "./streamFeed.ts"

/** Streams the feed as the flags say. */
export const runStream = async (given: Given): Promise<ExitCode> => {
  const log = logOf(given)
  const output = outputOf(given, "messages")
  const maxAttempts = given.number("max-attempts", { least: 1 })
  const exitOnStaleMillis = given.millis("exit-on-stale")
  const division = divisionOf(given)
  const feed = await feedOf(given, log)
  const machine = thisMachine(log)
  return streamFeed({
    feed,
    filters: filtersOf(given),
    output,
    ...maxAttempts === undefined ? {} : { maxAttempts },
    ...exitOnStaleMillis === undefined ? {} : { exitOnStaleMillis },
    ...division === undefined ? {} : { division },
    limiter: machine.limiter,
    machine,
  }, log)
}

/** How many sessions, and by what they divide the feed; undefined for one. */
const divisionOf = (given: Given): Division | undefined => {
  const over = given.number("sessions", { least: 1, most: 16 })
  if (over !== undefined && over > 1) return { over, by: given.text("shard-by") === "sport" ? "sport" : "sportsbook" }
  if (given.isSet("shard-by")) {
    throw new UsageError("Cannot use --shard-by without --sessions N: one session is not divided")
  }
  return undefined
}
