/** Parquet files as a sink: records wait in a journal until their file is whole. */
import { type Sink, SinkError } from "@boltodds/sink"
import { file, type FileEvent, parsePathTemplate } from "@boltodds/sink-file"
import { tableOf, tables } from "@boltodds/tables"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ConvertThread } from "./internal/ConvertThread.ts"
import { Converter } from "./internal/Converter.ts"
import { journalForm } from "./internal/journalForm.ts"
import { journalPathOf, type ParquetOptions, parquetPathProblem } from "./ParquetOptions.ts"

/** What `parquet` is given by the program around it, and no configuration says. */
export interface ParquetContext {
  /** The emit of the records: it says which columns there are. */
  readonly emit: string
  /** The run of records that do not say theirs. Default: none. */
  readonly run?: string
  /** Called for each event of the files. Must not throw. */
  readonly onEvent?: (event: ParquetEvent) => void
}

/**
 * What happens to the files of a sink:
 *
 * - `Written`: a Parquet file is whole, with so many rows and bytes, and its journal is deleted. `unreadable` lines of the
 *   journal were no JSON and are not in it.
 * - `NotWritten`: a journal could not be made a Parquet file. It stays, and is tried again after the next one, and at the
 *   next start.
 * - `Journal`: an event of the journals, see `FileEvent` of `@boltodds/sink-file`.
 */
export type ParquetEvent =
  | {
    readonly _tag: "Written"
    readonly path: string
    readonly rows: number
    readonly bytes: number
    readonly unreadable: number
  }
  | { readonly _tag: "NotWritten"; readonly journal: string; readonly cause: unknown }
  | { readonly _tag: "Journal"; readonly event: FileEvent }

const defaultEvery = Duration.hours(1)
const defaultBytes = 256 * 1024 * 1024

/**
 * Records as rows of Parquet files.
 *
 * *Guarantee*: at least once. `write` returns when the batch is in the journal, a file of NDJSON beside the Parquet files: it
 * survives the death of this process at any moment, and with `fsync` that of the machine. A journal is complete when it is
 * rotated or the sink closes; it is then made a Parquet file in a thread of its own, forced to the disk, and only then
 * given its name and the journal deleted. So a file with the ending `.parquet` is whole, and never changes. What a process
 * left is found and finished by the next one.
 *
 * *Errors*: those of the sink `file`, about the journal.
 *
 * @example
 * ```ts
 * import { parquet } from "@boltodds/sink-parquet"
 *
 * const hourly = parquet({ path: "odds/date={yyyy}-{MM}-{dd}/changes.parquet" }, { emit: "changes" })
 * ```
 */
export const parquet = (
  options: ParquetOptions,
  context: ParquetContext,
): Effect.Effect<Sink<unknown>, SinkError, Scope.Scope> =>
  Effect.gen(function* () {
    const { emit, run, onEvent = ignore } = context
    const problem = parquetPathProblem(options.path) ?? emitProblem(emit)
    if (problem !== undefined) return yield* Effect.fail(new SinkError({ rest: "disable", cause: new Error(problem) }))
    const { path, rotate, fsync, max_open, max_series, mode } = options
    const thread = new ConvertThread()
    const template = parsePathTemplate(journalPathOf(path))
    const converter = new Converter({
      template,
      base: template.base,
      emit,
      mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
      // Each conversion has a thread of its own.
      convert: (task) => thread.convert(task).finally(() => thread.end()),
      onIdle: () => thread.end(),
      onConverted: (path, converted) => onEvent({ _tag: "Written", path, ...converted }),
      onFailed: (journal, cause) => onEvent({ _tag: "NotWritten", journal, cause }),
    })
    // Acquired first, so released last: after the journals are complete.
    yield* Effect.addFinalizer(() => Effect.promise(() => converter.settle()))
    const form = journalForm(emit)
    const journal = yield* file(
      {
        path: journalPathOf(path),
        rotate: { every: rotate?.every ?? defaultEvery, bytes: rotate?.bytes ?? defaultBytes },
        fsync,
        max_open,
        max_series,
        mode,
      },
      {
        ...run === undefined ? {} : { run },
        ...form === undefined ? {} : { form },
        onEvent: (event) => {
          if (event._tag === "Completed") converter.add(event.path)
          onEvent({ _tag: "Journal", event })
        },
      },
    )
    yield* Effect.tryPromise({
      try: () => converter.recover(),
      catch: (cause) => new SinkError({ rest: "disable", cause }),
    })
    return journal
  })

const ignore = (): void => {}

const emitProblem = (emit: string): string | undefined =>
  tableOf(emit) === undefined
    ? `Cannot write ${emit} as Parquet: it has no columns. Those that have: ${
      tables.map(({ name }) => name).join(", ")
    }`
    : undefined
