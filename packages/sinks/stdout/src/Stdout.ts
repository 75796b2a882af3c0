/** Standard output as a sink: one record a line, data only. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import process from "node:process"
import type { Writable } from "node:stream"
import { visibleJson } from "@boltodds/text"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"

/** Options of {@link stdout}. */
export interface StdoutOptions {
  /** Where to write. Default `process.stdout`. It is not closed. */
  readonly stream?: Writable | undefined
}

/**
 * Records as NDJSON on standard output: byte for byte as they are, but for a terminal. There characters that it would obey
 * or hide are escaped as JSON allows, `\u009b` for one: a program that reads them gets the same values.
 *
 * *Guarantee*: at most once. A batch counts as delivered when the operating system has taken all of it, so there is
 * never more than one batch inside the process that is neither in the lane nor with the reader, a slow reader makes
 * the lane wait, and nothing is cut off at exit: what `write` returned for has left.
 *
 * *Errors*: a reader that has gone (`| head`) is the `end`, in peace. Anything else, a full disk under `> file`
 * included, may have left half a line: the sink is `disable`d, because what follows half a line is not NDJSON.
 *
 * *Why an asynchronous write*: `fs.writeSync(1)` throws `EAGAIN` on a pipe that another process set to non-blocking,
 * and otherwise stops the whole process while the reader sleeps: no pings answered, no signals handled.
 */
export const stdout = (options: StdoutOptions = {}): Effect.Effect<Sink<unknown>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stream: Writable = options.stream ?? process.stdout
    const isTerminal = "isTTY" in stream && stream.isTTY === true
    let writing = 0
    let failed = false
    // Each write gets its own failure; an `error` event without a listener would end the process.
    const ignore = (): void => {}
    yield* Effect.acquireRelease(
      Effect.sync(() => void stream.on("error", ignore)),
      // The event comes after the write has its failure, and a write that was interrupted may fail long after.
      () => Effect.sync(() => writing > 0 || failed ? undefined : void stream.off("error", ignore)),
    )
    const write = (batch: Batch<unknown>): Effect.Effect<void, SinkError> =>
      Effect.callback((resume) => {
        writing += 1
        const done = (cause: Error | null | undefined): void => {
          writing -= 1
          failed ||= Boolean(cause)
          resume(cause ? Effect.fail(failureOf(cause)) : Effect.void)
        }
        try {
          const lines = linesOf(batch)
          stream.write(isTerminal ? visibleJson(lines) : lines, "utf8", done)
        } catch (cause) {
          // A file is written at once, and throws.
          done(cause instanceof Error ? cause : new Error(String(cause)))
        }
      })
    return { guarantee: "at-most-once", write }
  })

/** One string for the whole batch: one write, one system call. */
const linesOf = (batch: Batch<unknown>): string => {
  const { envelopes } = batch
  let lines = ""
  for (let index = 0; index < envelopes.length; index++) lines += envelopes[index]!.text + "\n"
  return lines
}

const readerGone = new Set(["EPIPE", "ECONNRESET", "EOF", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"])

const failureOf = (cause: NodeJS.ErrnoException): SinkError =>
  new SinkError({ rest: readerGone.has(cause.code ?? "") ? "end" : "disable", cause })
