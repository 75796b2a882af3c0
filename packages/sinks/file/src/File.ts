/** Files as a sink: lines of JSON, rotated, compressed, repaired after a crash, and kept as long as they are wanted. */
import type { Sink, SinkError } from "@boltodds/sink"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { attempt, FileError, type FileEvent } from "./FileError.ts"
import type { FileOptions } from "./FileOptions.ts"
import { csvEmits, csvForm, type LineForm } from "./LineForm.ts"
import type { Codec } from "./internal/Codec.ts"
import { codecOf } from "./internal/codecOf.ts"
import { fileMode, Folder, makeBase } from "./internal/Folder.ts"
import { type FileLock, refreshMillis, takeLock } from "./internal/FileLock.ts"
import { repairAll } from "./internal/repair.ts"
import { FileWriter, sinkError } from "./internal/FileWriter.ts"
import { parsePathTemplate, type PathTemplate } from "./PathTemplate.ts"

/** What `file` is given by the program around it, and no configuration says. */
export interface FileContext {
  /** What `{run}` means for records that do not say it themselves. Default: `~none`. */
  readonly run?: string
  /** The emit of the records, which `format: "csv"` needs. Default: not known. */
  readonly emit?: string
  /** How records become lines, in place of `format`. Default: as `format` says. */
  readonly form?: LineForm
  /** Called for each event of the files. Must not throw. */
  readonly onEvent?: (event: FileEvent) => void
}

/**
 * Records in files: as lines of JSON, or as rows of CSV.
 *
 * *Guarantee*: at least once. `write` returns when the operating system has all of the batch: it can be read, and
 * survives the death of this process at any moment. A machine that loses its power loses what was not yet on the disk:
 * nothing with `fsync: "batch"`, at most an interval's worth with a duration, about the last half minute without.
 *
 * *Errors*: opening fails where the path cannot be used, cannot be written, or is written by another. A full disk and
 * other passing failures are to `retry`: what was written of the batch is taken back first, so that a file never holds
 * half a line followed by others, nor a line twice. What somebody has to mend (permissions, a read-only disk)
 * `disable`s the sink. Causes are {@link FileError}s.
 *
 * @example
 * ```ts
 * import { file } from "@boltodds/sink-file"
 * import * as Duration from "effect/Duration"
 *
 * const hourly = file({
 *   path: "odds/{sport}/{sportsbook}-{yyyy}{MM}{dd}T{HH}.ndjson",
 *   compress: "zstd",
 *   fsync: Duration.seconds(5),
 *   keep: { age: Duration.days(30) },
 * })
 * ```
 */
export const file = (
  options: FileOptions,
  context: FileContext = {},
): Effect.Effect<Sink<unknown>, SinkError, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const onEvent = context.onEvent ?? (() => {})
    const { template, codec, compress, form } = yield* Effect.try({
      try: () => prepare(options, context),
      catch: (cause) => sinkError(cause),
    })
    const base = yield* promised(() => makeBase(template.base, fileMode(options)))
    const lock = yield* Effect.acquireRelease(
      promised(() => takeLock(template, base, compress)),
      (lock) => told(() => lock.release(), onEvent),
    )
    const isDurable = (options.fsync ?? "never") !== "never"
    const folder = new Folder(base, template, isDurable, fileMode(options))
    // An interruption would give up the lock while it still goes on.
    yield* Effect.uninterruptible(promised(() => repairAll({ template, folder, codec, lock, isDurable, onEvent })))
    const wall = (): number => clock.currentTimeMillisUnsafe()
    const monotonic = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const writer = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new FileWriter({ template, options, folder, codec, lock, run: context.run, form, onEvent, wall, monotonic })
      ),
      (writer) => told(() => writer.close(), onEvent),
    )
    yield* told(() => writer.retain(), onEvent)
    for (const [every, work] of chores(options, writer, lock)) {
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(every), told(work, onEvent))))
    }
    return {
      guarantee: "at-least-once",
      write: (batch) => promised(() => writer.write(batch.envelopes)),
      check: promised(() => probe(base)),
      reopen: promised(() => writer.reopen()),
    }
  })

interface Prepared {
  readonly template: PathTemplate
  readonly codec: Codec
  readonly compress: NonNullable<FileOptions["compress"]>
  readonly form: LineForm | undefined
}

const prepare = ({ path, compress = "none", format }: FileOptions, { emit, form }: FileContext): Prepared => ({
  template: parsePathTemplate(path, { compress }),
  codec: codecOf(compress),
  compress,
  form: form ?? (format === "csv" ? csvFormOf(path, emit) : undefined),
})

const csvFormOf = (path: string, emit: string | undefined): LineForm => {
  const form = emit === undefined ? undefined : csvForm(emit)
  if (form !== undefined) return form
  const found = emit === undefined ? "no emit is named" : `${emit} has no columns`
  const why = `${found}; name one of ${csvEmits.join(", ")}, or write NDJSON`
  throw new FileError("write CSV to", path, new Error(why), true)
}

type Chore = readonly [every: Duration.Duration, work: () => Promise<void>]

/** What is done from time to time. */
const chores = ({ fsync, keep }: FileOptions, writer: FileWriter, lock: FileLock): ReadonlyArray<Chore> => [
  [Duration.millis(refreshMillis), () => lock.refresh()],
  ...(writer.isTimed ? [[Duration.seconds(1), () => writer.advance()] as const] : []),
  ...(Duration.isDuration(fsync) ? [[fsync, () => writer.sync()] as const] : []),
  ...(keep?.age === undefined ? [] : [
    [
      Duration.clamp(keep.age, { minimum: Duration.seconds(1), maximum: Duration.hours(1) }),
      () => writer.retain(),
    ] as const,
  ]),
]

/**
 * Not stopped by an interruption: what is being written goes on to its end, and whatever comes next waits for it, the
 * closing of the sink included.
 */
const promised = <A>(work: () => Promise<A>): Effect.Effect<A, SinkError> =>
  Effect.tryPromise({ try: work, catch: (cause) => isSinkError(cause) ? cause : sinkError(cause) })

const isSinkError = (cause: unknown): cause is SinkError =>
  typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "SinkError"

/** Work whose result nothing waits for: a failure is reported, and it is tried again at its next time. */
const told = (work: () => Promise<void>, onEvent: (event: FileEvent) => void): Effect.Effect<void> =>
  Effect.promise(() =>
    work().catch((cause: unknown) =>
      onEvent({
        _tag: "Trouble",
        error: cause instanceof FileError ? cause : new FileError("tend", "the files", cause),
      })
    )
  )

/** Whether the folder can be written in: by writing in it. */
const probe = (base: string): Promise<void> =>
  attempt("write in", base, async () => {
    const path = join(base, `.boltodds-check-${randomBytes(8).toString("hex")}`)
    try {
      await writeFile(path, "", { flag: "wx" })
    } finally {
      await rm(path, { force: true })
    }
  })
