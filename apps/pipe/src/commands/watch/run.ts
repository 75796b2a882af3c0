/** The board over the feed. */
import { thisMachine } from "@boltodds/parts/feed"
import { whyNoBoard } from "../../board/fitsBoard.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { keySourceOf } from "../../commandLine/settings.ts"
import { type ExitCode, UsageError } from "../../process/ExitCode.ts"
import { feedOptionsOf } from "../stream/feedOptionsOf.ts"

/** Shows the board until something ends it. */
export const runWatch = async (given: ParsedFlags): Promise<ExitCode> => {
  const why = whyNoBoard(process)
  if (why !== undefined) {
    throw new UsageError(`Cannot show a board: ${why}. For records, leave out watch`)
  }
  if (given.texts("sink").includes("stdout")) {
    throw new UsageError("Cannot use --sink stdout with watch: the board is there. Write to a file, or leave out watch")
  }
  if (!given.isSet("sink") && !given.isSet("listen") && given.isSet("emit")) {
    throw new UsageError("Cannot use --emit with watch alone: it is the form of the records of --sink and --listen")
  }
  const { runBoard } = await import("../../board/runBoard.ts")
  return await runBoard({
    given,
    source: { feed: feedOptionsOf(given) },
    host: (log) => ({
      key: keySourceOf(given, log).key,
      // The user's own flag or variable names the host.
      keyHosts: "any",
      machine: thisMachine(log.log, "boltodds-pipe"),
    }),
  })
}
