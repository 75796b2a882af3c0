/** Reads recorded changes: lines in, whole groups out, losses in place of what cannot be read. */
import { type Dropped, isControl, recordFault, RecordingError, type StreamRecord } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"

/** How recorded changes are read. */
export interface RecordReplayOptions {
  /** The name of the source. Default `"changes"`. */
  readonly name?: string | undefined
  /** Names a line in errors, by its number among all lines, from 1. Default `line 3 of the records`. */
  readonly placeOf?: ((line: number) => string) | undefined
  /** Called with a warning about a torn last line, and about records of a run whose beginning is missing. Default: ignored. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Called for each of the first 100 lines that are no records. Default: ignored. */
  readonly onDamage?: ((message: string) => void) | undefined
}

/** A group is not kept back beyond so many records: its end may have been filtered out. */
const mostHeld = 250_000
/** Lines that are no records: so many at the beginning, and it is a file of something else. */
const mostForeign = 10
/** Lines that are reported one by one. */
const mostReported = 100

/** A line that could not be read. */
interface Damage {
  readonly line: number
  readonly reason: string
}

/** Reads one series of lines. */
export class RecordedRecords {
  readonly #lines: AsyncIterator<ReadonlyArray<string>>
  readonly #placeOf: (line: number) => string
  readonly #onWarning: (message: string) => void
  readonly #onDamage: (message: string) => void
  readonly #origin: string
  /** Of a group whose end has not been read. */
  #held: Array<StreamRecord> = []
  #last: StreamRecord | undefined
  #run: string | undefined
  /** A line that is not JSON: torn if it is the last one. */
  #torn: number | undefined
  /** What could not be read before the first record. */
  #foreign: Array<Damage> = []
  #first: Damage | undefined
  #damaged = 0
  #part = 0
  #line = 0
  #isOver = false
  #isClosed = false

  constructor(
    lines: AsyncIterable<ReadonlyArray<string>>,
    { name = "changes", placeOf = (line) => `line ${line} of the records`, onWarning, onDamage }: RecordReplayOptions,
  ) {
    this.#lines = lines[Symbol.asyncIterator]()
    this.#origin = `changes:${name}`
    this.#placeOf = placeOf
    this.#onWarning = onWarning ?? ignore
    this.#onDamage = onDamage ?? ignore
  }

  /** The next whole groups, as one delivery. */
  readonly pull: Pull<NonEmptyReadonlyArray<ReadonlyArray<StreamRecord>>, RecordingError> = Effect.gen(
    { self: this },
    function* () {
      while (!this.#isOver) {
        const read = yield* Effect.promise(() => this.#read())
        if (read instanceof RecordingError) return yield* Effect.fail(read)
        if (read.length > 0) return [read] satisfies NonEmptyReadonlyArray<ReadonlyArray<StreamRecord>>
      }
      const error = this.#first === undefined ? undefined : this.#errorOf(this.#first)
      return yield* error === undefined ? Cause.done() : Effect.fail(error)
    },
  )

  /** Closes the lines. Not waited for: a read in progress may never end. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const closing = this.#lines.return?.()
    if (closing !== undefined) void Promise.allSettled([closing])
  }

  async #read(): Promise<ReadonlyArray<StreamRecord> | RecordingError> {
    let next: IteratorResult<ReadonlyArray<string>>
    try {
      next = await this.#lines.next()
    } catch (cause) {
      this.#isOver = true
      const reason = cause instanceof Error ? cause.message : String(cause)
      return new RecordingError(`Cannot read ${this.#placeOf(this.#line + 1)}: ${reason}`)
    }
    if (next.done === true) {
      this.#isOver = true
      return this.#end()
    }
    const out: Array<StreamRecord> = []
    for (const text of next.value) {
      this.#line += 1
      if (text.trim() === "") continue
      const error = this.#take(text, out)
      if (error !== undefined) return error
    }
    return out
  }

  /** Takes a line. What is whole goes to `out`. */
  #take(text: string, out: Array<StreamRecord>): RecordingError | undefined {
    const torn = this.#torn
    this.#torn = undefined
    if (torn !== undefined) {
      const error = this.#damage({ line: torn, reason: "it is not JSON" }, out)
      if (error !== undefined) return error
    }
    const value = parse(text)
    if (value === undefined) {
      this.#torn = this.#line
      return undefined
    }
    const fault = recordFault(value)
    if (fault !== undefined) return this.#damage({ line: this.#line, reason: faultText(value, fault) }, out)
    this.#add(value as StreamRecord, out)
    return undefined
  }

  #add(record: StreamRecord, out: Array<StreamRecord>): void {
    const begins = isControl(record) && (record.control === "stream_started" || record.control === "stream_resumed")
    if (this.#foreign.length > 0) {
      const lost = this.#foreign.length
      this.#foreign = []
      if (!begins) this.#lose(record, lost, "lines before it are no records", out)
    }
    // A lane reports what it lost of an earlier run in its own name.
    if (begins || this.#run === undefined) this.#run = record.run
    else if (record.run !== this.#run && record.origin === undefined) {
      this.#run = record.run
      this.#onWarning(
        `${capital(this.#placeOf(this.#line))} is of the run ${record.run}, whose beginning is missing: ` +
          "no price counts as live until another run begins",
      )
      this.#lose(record, 0, "the beginning of the run is missing", out)
    }
    this.#last = record
    this.#held.push(record)
    if (record.last === true || this.#held.length >= mostHeld) this.#flush(out)
  }

  #flush(out: Array<StreamRecord>): void {
    for (const record of this.#held) out.push(record)
    this.#held = []
  }

  /** Reports a loss, after all that was read before it. `at`: the record whose place it takes. */
  #lose({ run, seq, session, epoch, at }: StreamRecord, count: number, reason: string, out: Array<StreamRecord>): void {
    this.#flush(out)
    const dropped: Dropped = {
      control: "dropped",
      run,
      seq,
      part: ++this.#part,
      origin: this.#origin,
      session,
      epoch,
      at,
      sent_at: null,
      frame: null,
      lane: this.#origin,
      reason,
      count,
      first_seq: seq,
      last_seq: seq,
      last: true,
    }
    out.push(dropped)
  }

  #damage(damage: Damage, out: Array<StreamRecord>): RecordingError | undefined {
    this.#first ??= damage
    this.#damaged += 1
    if (this.#last === undefined) {
      this.#foreign.push(damage)
      if (this.#foreign.length < mostForeign) return undefined
      this.#isOver = true
      return this.#errorOf(this.#first)
    }
    if (this.#damaged <= mostReported) this.#onDamage(this.#textOf(damage))
    this.#lose(this.#last, 1, `${this.#placeOf(damage.line)} is not a record`, out)
    return undefined
  }

  #end(): ReadonlyArray<StreamRecord> {
    if (this.#torn !== undefined) {
      this.#onWarning(`The records end in the middle of ${this.#placeOf(this.#torn)}: this line is ignored`)
    }
    const out: Array<StreamRecord> = []
    this.#flush(out)
    return out
  }

  #textOf({ line, reason }: Damage): string {
    return `Cannot read ${this.#placeOf(line)}: ${reason}`
  }

  #errorOf(first: Damage): RecordingError {
    const more = this.#damaged - 1
    const others = more === 0 ? "" : `; and ${more} ${more === 1 ? "line" : "lines"} after it`
    return new RecordingError(`${this.#textOf(first)}${others}`)
  }
}

const ignore = (): void => {}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Of a recording, where it belongs. */
const faultText = (value: unknown, fault: string): string => {
  const isRecording = typeof value === "object" && value !== null && ("boltodds_recording" in value || "event" in value)
  return isRecording
    ? "it is a recording (--emit raw wrote it): play it with the source replay"
    : `it is not a record of changes (${fault})`
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Whether that is an error depends on what comes after it.
    return undefined
  }
}
