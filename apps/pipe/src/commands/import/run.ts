/** `import` at work. */
import { encodeEvent, encodeRecordingHeader, ulid } from "@boltodds/protocol"
import { RecordedLines } from "@boltodds/parts/recording"
import { createHash } from "node:crypto"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import { writeData, writeError } from "../../terminal/Terminal.ts"
import { ArchivedEvents } from "./ArchivedEvents.ts"
import { type ArchivedFrame, ArchiveError, type FrameFields, frameOf } from "./frameOf.ts"

/** Lines are written this many at a time. */
const atOnce = 500
const defaultGapMillis = 5 * 60_000

/** Writes the recording to stdout, and says on stderr what was in the archive. */
export const runImport = async (given: ParsedFlags): Promise<ExitCode> => {
  const files = given.words
  if (files.length === 0) {
    throw new UsageError("Cannot import without a file: write boltodds-pipe import FILE > day.ndjson")
  }
  const fields: FrameFields = {
    time: (given.text("time-field") ?? "timestamp").split("."),
    frame: given.text("frame-field")?.split("."),
  }
  const gapMillis = given.millis("gap") ?? defaultGapMillis
  const recording = new Recording(new ArchivedEvents(gapMillis))
  const frames = framesOf(files, fields)
  if (given.isSet("sort")) {
    const all: Array<ArchivedFrame> = []
    for await (const frame of frames) all.push(frame)
    for (const frame of all.toSorted((a, b) => a.at - b.at)) await recording.add(frame)
  } else for await (const frame of frames) await recording.add(frame)
  await recording.flush()
  writeError(`${recording.summary}\n`)
  return ExitCode.clean
}

async function* framesOf(files: ReadonlyArray<string>, fields: FrameFields): AsyncGenerator<ArchivedFrame> {
  const lines = new RecordedLines(files)
  let number = 0
  const fail = (number: number, cause: unknown): Failure =>
    new Failure(ExitCode.badInput, `Cannot read ${lines.placeOf(number)}: ${errorMessage(cause)}`, { cause })
  try {
    for await (const line of lines) {
      number += 1
      if (line.trim() === "") continue
      const frame = frameOf(line, fields)
      if (frame instanceof ArchiveError) throw fail(number, frame)
      yield frame
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw fail(number + 1, cause)
  }
}

/** The lines of a recording. */
class Recording {
  readonly #events: ArchivedEvents
  #waiting: Array<string> = []
  #frames = 0

  constructor(events: ArchivedEvents) {
    this.#events = events
  }

  async add(frame: ArchivedFrame): Promise<void> {
    // The same archive makes the same recording.
    if (this.#frames === 0) {
      const random = createHash("sha256").update(frame.text).digest().subarray(0, 10)
      this.#waiting.push(encodeRecordingHeader(ulid(Math.trunc(frame.at), random)))
    }
    this.#frames += 1
    for (const event of this.#events.of(frame)) this.#waiting.push(encodeEvent(event))
    if (this.#waiting.length >= atOnce) await this.flush()
  }

  async flush(): Promise<void> {
    await writeData(this.#waiting.splice(0))
  }

  get summary(): string {
    const { connections, moved } = this.#events
    const frames = this.#frames === 1 ? "one frame" : `${this.#frames} frames`
    const links = connections === 1 ? "one connection" : `${connections} connections`
    const order = moved === 0
      ? ""
      : `; ${moved} had a time before that of the frame before, and got its time: --sort puts them in order`
    return `${frames} in ${links}${order}`
  }
}
