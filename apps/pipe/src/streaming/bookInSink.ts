/** The book that the readers of a sink have, read where the sink writes: what a process that takes over goes on from. */
import type { CheckedPipeline } from "@boltodds/config"
import { ulid } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { errorMessage } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"
import { contentOf, requireRoom } from "./resumeFrom.ts"
import type { ResumedFrom } from "./runPipeline.ts"

const againMillis = 1_000

/**
 * Reads the book from the first sink that has one, again and again until its server answers, or until `ended`: the lead is over,
 * or the process is asked to end. Undefined where no sink has one, or the configuration names a file to resume from.
 */
export const bookInSink = async (
  pipeline: CheckedPipeline,
  { log }: Pick<CommandLog, "log">,
  ended: Effect.Effect<void>,
): Promise<ResumedFrom | undefined> => {
  const [found] = pipeline.run.resume === undefined ? pipeline.books({ run: ulid(), log }) : []
  if (found === undefined) return undefined
  const { sink } = found
  const nothing = { book: undefined, term: 1, path: sink, isReader: () => false }
  for (;;) {
    const read = await Effect.runPromiseExit(
      Effect.raceFirst(found.read, Effect.as(ended, "ended" as const)),
    )
    if (Exit.isFailure(read)) {
      const cause = Cause.squash(read.cause)
      const isAway = typeof cause === "object" && cause !== null && "reason" in cause && cause.reason === "unreachable"
      if (!isAway) {
        log("warn", `the book of ${sink} cannot be read, and the whole book is sent: ${errorMessage(cause)}`)
        return nothing
      }
      log("warn", `the book of ${sink} cannot be read, trying again: ${errorMessage(cause)}`)
      const isEnded = await Effect.runPromise(
        Effect.raceFirst(Effect.as(Effect.sleep(againMillis), false), Effect.as(ended, true)),
      )
      if (isEnded) return nothing
      continue
    }
    // A run that follows ends at once.
    if (read.value === "ended") return nothing
    if (read.value === undefined) {
      log("info", `${sink} holds no records yet: starting from the beginning`)
      return nothing
    }
    const { book, term, position } = read.value
    if (book.run === undefined || book.lossy) {
      log("warn", `the book of ${sink} has a loss that no resnapshot made good: the whole book is sent`)
      return { ...nothing, term: term + 1 }
    }
    requireRoom(sink, book)
    log(
      "info",
      `resuming run ${book.run} from ${sink}: ${contentOf(book)}, unverified until the feed confirms them`,
    )
    return { book, term: term + 1, path: sink, isReader: ({ name }) => name === sink && { position } }
  }
}
