/** `scrub` at work. */
import { scrubKey } from "@boltodds/connection"
import { decodeEvent, encodeEvent, makeFrame } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { RecordedLines } from "@boltodds/parts/recording"
import { writeData, writeError } from "../../terminal/Terminal.ts"
import { howToGiveAKey } from "../../process/environment.ts"
import { keySourceOf, logOf } from "../../commandLine/settings.ts"

/** Lines are written this many characters at a time, or more. */
const atOnce = 64 * 1024
/** A shorter key is part of ordinary words. */
const shortestKey = 4

/** Copies a file to stdout without the key, and says on stderr how often that stood in it. */
export const runScrub = async (given: ParsedFlags): Promise<ExitCode> => {
  const [file] = given.words
  if (file === undefined) {
    throw new UsageError("Cannot scrub without a file: write boltodds-pipe scrub FILE > COPY")
  }
  const { key, source } = keySourceOf(given, logOf(given))
  const read = await Effect.runPromise(Effect.result(key))
  if (Result.isFailure(read)) throw new UsageError(`${read.failure.message}\n${howToGiveAKey}`)
  const secret = Redacted.value(read.success)
  if (secret.length < shortestKey) {
    throw new UsageError(
      `Cannot search for the key of ${source}: it has ${secret.length} characters, and fewer than ${shortestKey} are ` +
        "part of ordinary words",
    )
  }
  const found = { lines: 0, linesWithKey: 0, times: 0 }
  let waiting: Array<string> = []
  let length = 0
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await writeData(waiting)
    waiting = []
    length = 0
  }
  const lines = new RecordedLines([file])
  try {
    for await (const line of lines) {
      const clean = withoutKey(line, secret)
      found.lines++
      found.times += clean.count
      if (clean.count > 0) found.linesWithKey++
      waiting.push(clean.text)
      length += clean.text.length
      if (length >= atOnce) await flush()
    }
    await flush()
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure(ExitCode.badInput, `Cannot read ${lines.placeOf(found.lines + 1)}: ${errorMessage(cause)}`, {
      cause,
    })
  }
  writeError(`${summary(found)}\n`)
  return ExitCode.clean
}

/** A line without the key. Frames that are not UTF-8 are kept in base64, which hides it from a search. */
const withoutKey = (line: string, secret: string): { readonly text: string; readonly count: number } => {
  const direct = scrubKey(line, secret)
  if (!line.includes('"base64"')) return direct
  const event = decodeEvent(direct.text)
  if (Result.isFailure(event) || event.success._tag !== "Frame" || typeof event.success.raw === "string") return direct
  const { session, epoch, at, raw } = event.success
  // Each byte is a character: what is not the key stays as it is.
  const inside = scrubKey(Buffer.from(raw).toString("latin1"), Buffer.from(secret).toString("latin1"))
  if (inside.count === 0) return direct
  const bytes = Buffer.from(inside.text, "latin1")
  return { text: encodeEvent(makeFrame(session, epoch, at, bytes)), count: direct.count + inside.count }
}

const summary = ({ lines, linesWithKey, times }: { lines: number; linesWithKey: number; times: number }): string =>
  times === 0
    ? `The key is in none of ${lines} lines.`
    : `Took out the key ${times} times, from ${linesWithKey} of ${lines} lines.`
