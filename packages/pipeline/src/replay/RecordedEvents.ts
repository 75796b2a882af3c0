/** The events of a recording, at a given speed. */
import {
  decodeEvent,
  decodeRecordingHeader,
  type FeedEvent,
  type Millis,
  type RecordingError,
} from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import * as Result from "effect/Result"
import type { Lines } from "./Lines.ts"

/** How the events are played. */
export interface Playing {
  readonly run: string
  readonly speed: "max" | number
  readonly tornTail: "end" | "fail"
  readonly onWarning: (message: string) => void
}

/** How many events a turn holds at most, and how large their frames are together: the last one may pass it. */
const mostEvents = 256
const mostLength = 256 * 1024

/** Reads events one ahead of those it gives. */
export class RecordedEvents {
  readonly #lines: Lines
  readonly #playing: Playing
  #ahead: FeedEvent | undefined
  /** Set at the end of the recording, with the error if there was one. */
  #end: { readonly error?: RecordingError } | undefined
  /** When the first event was played, and when it had happened. */
  #began: { readonly now: Millis; readonly at: Millis } | undefined

  constructor(lines: Lines, playing: Playing) {
    this.#lines = lines
    this.#playing = playing
  }

  /** The events that are due next; waits for the first of them. */
  readonly pull: Pull<NonEmptyReadonlyArray<FeedEvent>, RecordingError> = Effect.gen({ self: this }, function* () {
    if (this.#ahead === undefined) yield* Effect.promise(() => this.#readAhead())
    if (this.#ahead === undefined) {
      const error = this.#end?.error
      return yield* error === undefined ? Cause.done() : Effect.fail(error)
    }
    const first = this.#ahead
    const until = this.#playing.speed === "max" ? Infinity : yield* this.#await(first.at, this.#playing.speed)
    const rest = yield* Effect.promise(() => this.#readUntil(first, until))
    return [first, ...rest] satisfies NonEmptyReadonlyArray<FeedEvent>
  })

  /** Waits for the time of an event. Returns the time in the recording then. */
  #await(at: Millis, speed: number): Effect.Effect<Millis> {
    return Effect.gen({ self: this }, function* () {
      const clock = yield* Clock.Clock
      const now = (): Millis => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
      const began = this.#began ??= { now: now(), at }
      const due = began.now + (at - began.at) / speed
      for (let left = due - now(); left > 0; left = due - now()) yield* Effect.sleep(Duration.millis(Math.ceil(left)))
      return Math.max(at, began.at + (now() - began.now) * speed)
    })
  }

  /** The events after the first that happened until then. */
  async #readUntil(first: FeedEvent, until: Millis): Promise<ReadonlyArray<FeedEvent>> {
    const events: Array<FeedEvent> = []
    let length = lengthOf(first)
    for (;;) {
      const event = await this.#readAhead()
      if (event === undefined || event.at > until || events.length === mostEvents - 1 || length >= mostLength) {
        return events
      }
      events.push(event)
      length += lengthOf(event)
    }
  }

  async #readAhead(): Promise<FeedEvent | undefined> {
    this.#ahead = undefined
    while (this.#end === undefined) {
      const line = await this.#lines.read()
      if (Result.isFailure(line)) {
        this.#end = { error: line.failure }
      } else if (line.success === undefined) {
        this.#end = {}
      } else {
        const event = decodeEvent(line.success)
        if (Result.isSuccess(event)) {
          return this.#ahead = event.success
        }
        await this.#readOther(line.success, event.failure)
      }
    }
    return undefined
  }

  /** Handles a line that is not an event: a header, a torn last line, or an error. */
  async #readOther(line: string, failure: RecordingError): Promise<void> {
    const { run, tornTail, onWarning } = this.#playing
    const number = this.#lines.number
    const fail = (reason: string): void => {
      this.#end = { error: this.#lines.unreadable(reason, number) }
    }
    const value = parse(line)
    if (value === undefined) {
      const next = await this.#lines.read()
      if (Result.isFailure(next)) return fail(failure.reason)
      if (next.success !== undefined) {
        return fail("it is not JSON; a writer was probably stopped here and another one continued the file")
      }
      if (tornTail === "fail") return fail("it is torn; the recording ends in the middle of it")
      onWarning(`The recording ends in the middle of ${this.#lines.placeOf(number)}: this line is ignored`)
      this.#end = {}
      return
    }
    if (!isHeader(value)) return fail(failure.reason)
    const header = decodeRecordingHeader(line)
    if (Result.isFailure(header)) return fail(header.failure.reason)
    if (header.success.run !== run) {
      fail(`another run (${header.success.run}) begins here, and this replay is of ${run}; replay each run alone`)
    }
  }
}

const lengthOf = (event: FeedEvent): number => event._tag === "Frame" ? event.raw.length : 0

const isHeader = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "boltodds_recording" in value

/** The value of a line, or undefined where it is not JSON. */
const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // Whether that is an error depends on what comes after it.
    return undefined
  }
}
