/** The default command at work. */
import type { ExitCode } from "../ExitCode.ts"
import type { Given } from "../flags.ts"
import { thisMachine } from "./machine.ts"
import { feedOf, filtersOf, logOf, outputOf } from "./settings.ts"
import { streamFeed } from "./streamFeed.ts"

/** Streams the feed as the flags say. */
export const runStream = async (given: Given): Promise<ExitCode> => {
  const log = logOf(given)
  const output = outputOf(given, "messages")
  const maxAttempts = given.number("max-attempts", { least: 1 })
  const exitOnStaleMillis = given.millis("exit-on-stale")
  const feed = await feedOf(given, log)
  const machine = thisMachine(log)
  return streamFeed({
    feed,
    filters: filtersOf(given),
    output,
    ...maxAttempts === undefined ? {} : { maxAttempts },
    ...exitOnStaleMillis === undefined ? {} : { exitOnStaleMillis },
    limiter: machine.limiter,
    machine,
  }, log)
}
