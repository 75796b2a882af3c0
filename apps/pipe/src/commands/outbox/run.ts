/** `outbox list|redrive|drop` at work. */
import {
  type DeadLetter,
  type DeadLetterChoice,
  dropDead,
  listOutbox,
  type OutboxError,
  type OutboxListing,
  type OutboxShare,
  redrive,
} from "@boltodds/outbox"
import { expectedButGot } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { writeJson, writeOut } from "../../terminal/Terminal.ts"

/** Looks into an outbox, or settles its dead letters. */
export const runOutbox = async (given: ParsedFlags): Promise<ExitCode> => {
  const [action, path] = given.words
  if (path === undefined || (action !== "list" && action !== "redrive" && action !== "drop")) {
    throw new UsageError("Cannot use outbox: write boltodds-pipe outbox list FILE, redrive FILE or drop FILE")
  }
  refuseIgnored(action, given)
  switch (action) {
    case "list":
      return await list(path, given)
    case "redrive": {
      const includeSuperseded = given.isSet("superseded")
      const { redriven, skippedSuperseded, missing } = await done(redrive(path, choiceOf(given), { includeSuperseded }))
      await writeOut(
        `${redriven === 1 ? "one dead letter waits" : `${redriven} dead letters wait`} again, and ${
          redriven === 1 ? "is" : "are"
        } delivered when the pipeline runs\n` +
          (skippedSuperseded === 0
            ? ""
            : `left out: ${skippedSuperseded}, since newer records of their lines have come (--superseded takes them too)\n`) +
          missingText(missing),
      )
      return ExitCode.clean
    }
    case "drop": {
      const { dropped, missing } = await done(dropDead(path, choiceOf(given)))
      await writeOut(
        `${dropped === 1 ? "one dead letter is" : `${dropped} dead letters are`} gone\n${missingText(missing)}`,
      )
      return ExitCode.clean
    }
  }
}

/** Which flags each action reads. */
const flagsOf = {
  list: ["after", "limit", "json"],
  redrive: ["all", "id", "superseded"],
  drop: ["all", "id"],
} as const

/** A flag of another action would be ignored. */
const refuseIgnored = (action: keyof typeof flagsOf, { written }: ParsedFlags): void => {
  const own: ReadonlyArray<string> = flagsOf[action]
  const others = new Set<string>(Object.values(flagsOf).flat().filter((name) => !own.includes(name)))
  const ignored = written.filter((name) => others.has(name)).map((name) => `--${name}`)
  if (ignored.length === 0) return
  throw new UsageError(
    `Cannot use ${ignored.join(", ")} with outbox ${action}: it takes ${own.map((name) => `--${name}`).join(", ")}`,
  )
}

const choiceOf = (given: ParsedFlags): DeadLetterChoice => {
  const ids = given.texts("id").map((text) => {
    if (!/^\d+$/.test(text)) {
      throw new UsageError(`Cannot use --id: ${expectedButGot("a number that outbox list shows", text)}`)
    }
    return Number(text)
  })
  if (given.isSet("all") === ids.length > 0) throw new UsageError("Cannot choose dead letters: write --all, or --id N")
  return ids.length > 0 ? { ids } : { all: true }
}

const missingText = (missing: number): string =>
  missing === 0 ? "" : `${missing === 1 ? "one was" : `${missing} were`} not there\n`

const list = async (path: string, given: ParsedFlags): Promise<ExitCode> => {
  const after = given.number("after")
  const limit = given.number("limit", { least: 1, most: 10_000 })
  const listing = await done(
    listOutbox(path, { ...after === undefined ? {} : { after }, ...limit === undefined ? {} : { limit } }),
  )
  await (given.isSet("json") ? writeJson(listing) : writeOut(listingText(listing)))
  return ExitCode.clean
}

const listingText = (listing: OutboxListing): string => {
  const { path, fileBytes, running, pid, waiting, taken, dead, letters, next } = listing
  const lines = [
    `${path}: ${bytes(fileBytes)}${running ? `, in use${pid === undefined ? "" : ` by process ${pid}`}` : ""}`,
    `  waiting       ${shareText(waiting)}`,
    `  in flight     ${shareText(taken)}`,
    `  dead letters  ${shareText(dead)}${dead.superseded === 0 ? "" : `, ${dead.superseded} superseded`}`,
    ...letters.map(letterText),
  ]
  if (next !== undefined) lines.push(`  more: --after ${next}`)
  return `${lines.join("\n")}\n`
}

const shareText = ({ records, bytes: size, oldestAgeMillis }: OutboxShare): string =>
  records === 0 ? "none" : `${records}, ${bytes(size)}, the oldest ${age(oldestAgeMillis ?? 0)} old`

const letterText = ({ id, reason, superseded, head }: DeadLetter): string =>
  `  ${id}  ${reason}${superseded ? " (superseded)" : ""}\n      ${head}`

const bytes = (size: number): string =>
  size < 1024
    ? `${size} B`
    : size < 1024 ** 2
    ? `${(size / 1024).toFixed(1)} KiB`
    : `${(size / 1024 ** 2).toFixed(1)} MiB`

const age = (millis: number): string =>
  millis < 60_000
    ? `${Math.round(millis / 1000)} s`
    : millis < 3_600_000
    ? `${Math.round(millis / 60_000)} min`
    : `${(millis / 3_600_000).toFixed(1)} h`

const done = async <A>(effect: Effect.Effect<A, OutboxError>): Promise<A> => {
  const result = await Effect.runPromise(Effect.result(effect))
  if (Result.isSuccess(result)) return result.success
  const { fault, message } = result.failure
  throw new Failure(fault === "missing" ? ExitCode.usage : ExitCode.sinkFailed, message, { cause: result.failure })
}
