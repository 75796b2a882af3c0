/** Reads lines one by one, with their numbers. */
import { RecordingError } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/** A line with something in it, or undefined at the end. */
export type LineRead = Result.Result<string | undefined, RecordingError>

/** Reads lines on demand. Skips empty ones. */
export class Lines {
  /** The number of the line that was read last, from 1. */
  number = 0
  readonly placeOf: (number: number) => string
  readonly #lines: AsyncIterable<string>
  #iterator: AsyncIterator<string> | undefined
  #reading = false
  #closed = false

  /** `placeOf` names a line in errors, by its number. */
  constructor(lines: AsyncIterable<string>, placeOf = (number: number): string => `line ${number} of the recording`) {
    this.#lines = lines
    this.placeOf = placeOf
  }

  async read(): Promise<LineRead> {
    this.#reading = true
    try {
      while (!this.#closed) {
        this.#iterator ??= this.#lines[Symbol.asyncIterator]()
        const next = await this.#iterator.next()
        if (next.done === true) break
        this.number++
        if (next.value.trim() !== "") return Result.succeed(next.value)
      }
      return Result.succeed(undefined)
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause)
      return Result.fail(this.unreadable(what, this.number + 1))
    } finally {
      this.#reading = false
    }
  }

  /** An error about the line that was read last. */
  unreadable(reason: string, number: number = this.number): RecordingError {
    return new RecordingError(`Cannot read ${this.placeOf(number)}: ${reason}`)
  }

  /** Closes the lines. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#closed) return Effect.void
    this.#closed = true
    const closing = this.#iterator?.return?.()
    if (closing === undefined) return Effect.void
    // Closing may have to wait for a read in progress. Its result no longer matters, so it is not awaited.
    if (this.#reading) return Effect.sync(() => void Promise.allSettled([closing]))
    return Effect.asVoid(Effect.promise(() => closing))
  })
}
