/** Recorded changes as a source of records. */
import type { RecordingError, RecordSource } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { RecordedRecords, type RecordReplayOptions } from "./RecordedRecords.ts"

/**
 * Changes and controls that a pipeline wrote (emit `changes`), as a source: whole groups, as they were made. Can be read
 * as often as the lines can be.
 *
 * `lines` are arrays of lines without their newlines; each array is passed on at once, as far as its groups are whole.
 *
 * A line that is not a record is left out, and reported: a `dropped` takes its place, after which a reader believes no
 * price until the next `stream_started`. All other lines are passed on, and then the source fails with a `RecordingError`
 * that names the first of them. It fails at once where the first lines are no records, or reading the lines fails. A last
 * line that is torn is ignored, with a warning. Where records of another run follow without its beginning, a `dropped`
 * precedes them.
 *
 * @example
 * ```ts
 * import { changes, replayRecords, route, run, where } from "@boltodds/pipeline"
 * import { ulid } from "@boltodds/protocol"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * const nba = (lines: AsyncIterable<ReadonlyArray<string>>) =>
 *   run(
 *     replayRecords(lines, { onDamage: console.error }),
 *     [route({ name: "nba", emit: changes(), processor: () => where(({ sport }) => sport === "NBA"), sink: stdout() })],
 *     { state: { run: ulid() } },
 *   )
 * ```
 */
export const replayRecords = (
  lines: AsyncIterable<ReadonlyArray<string>>,
  options: RecordReplayOptions = {},
): RecordSource<RecordingError> => ({
  name: options.name ?? "changes",
  records: Stream.unwrap(Effect.gen(function* () {
    const reading = yield* Effect.acquireRelease(
      Effect.sync(() => new RecordedRecords(lines, options)),
      (opened) => Effect.sync(() => opened.close()),
    )
    return Stream.fromPull(Effect.succeed(reading.pull))
  })),
})
