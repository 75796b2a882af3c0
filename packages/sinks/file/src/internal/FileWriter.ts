/** Writes batches into the files they belong to, one thing at a time. */
import { type Envelope, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import { lstat } from "node:fs/promises"
import { join } from "node:path"
import { attempt, FileError, type FileEvent } from "../FileError.ts"
import type { FileOptions } from "../FileOptions.ts"
import type { LineForm } from "../LineForm.ts"
import type { PathTemplate } from "../PathTemplate.ts"
import type { Codec } from "./Codec.ts"
import { fileMode, type Folder } from "./Folder.ts"
import { bytesOf, formed, writtenOf } from "./formed.ts"
import type { FileLock } from "./FileLock.ts"
import { type FilePosition, type PartContext, PartFile } from "./PartFile.ts"
import { type Period, periodOf } from "./Period.ts"
import { repair, type RepairContext } from "./repair.ts"
import { retain } from "./retention.ts"
import { Router, type Series } from "./Router.ts"
import { mostStanding } from "./StandingLines.ts"

/** What a writer works with. */
export interface WriterContext {
  readonly template: PathTemplate
  readonly options: FileOptions
  readonly folder: Folder
  readonly codec: Codec
  readonly lock: FileLock
  readonly run: string | undefined
  readonly form: LineForm | undefined
  readonly onEvent: (event: FileEvent) => void
  /** Wall time in milliseconds. */
  readonly wall: () => number
  /** Monotonic milliseconds. */
  readonly monotonic: () => number
}

/** How much later than its period a file is completed when nothing comes that says so. */
const graceMillis = 5000
/** Finishing a file may take this much: a rotation by size leaves room for it. */
const endBytes = 16

/** The files of one sink. */
export class FileWriter {
  readonly #context: WriterContext
  readonly #router: Router
  readonly #partContext: PartContext
  readonly #everyMillis: number | undefined
  readonly #maxOpen: number
  /** The open ones, the longest unused first. */
  readonly #open = new Set<PartFile>()
  #queue: Promise<unknown> = Promise.resolve()
  #period: Period = { start: -Infinity, end: -Infinity }
  /** The latest time of a record, and when it came. */
  #latest = { at: -Infinity, came: 0 }
  #isRetentionDue = true

  constructor(context: WriterContext) {
    const { template, options, folder, codec, run, monotonic } = context
    this.#context = context
    const most = options.max_series ?? 100_000
    const pathAt = ({ names }: Series, at: number): string => {
      const { folders, stem, ext } = template.render(names, new Date(at))
      return join(template.base, ...folders, stem + ext)
    }
    this.#router = new Router(template, run, {
      most,
      onMore: (series, at) => context.onEvent({ _tag: "TooManySeries", path: pathAt(series, at), most }),
      onForgotten: (more, at) =>
        context.onEvent({
          _tag: "TooManyControls",
          path: more === undefined ? undefined : pathAt(more, at),
          most: mostStanding.lines,
        }),
    })
    this.#everyMillis = options.rotate?.every === undefined ? undefined : Duration.toMillis(options.rotate.every)
    this.#maxOpen = options.max_open ?? 64
    const repairContext: RepairContext = { ...context, isDurable: this.isDurable }
    this.#partContext = {
      folder,
      codec,
      isDurable: this.isDurable,
      mode: fileMode(options),
      now: monotonic,
      onGone: (path) => context.onEvent({ _tag: "Gone", path }),
      onTaken: (path, folder) => this.#putAway(repairContext, path, folder),
    }
  }

  get isDurable(): boolean {
    return (this.#context.options.fsync ?? "never") !== "never"
  }

  /** Whether files end at times. */
  get isTimed(): boolean {
    return this.#context.template.unit !== undefined || this.#everyMillis !== undefined
  }

  /** Writes all of it; fails with a {@link SinkError} that says how much is written. */
  write(given: ReadonlyArray<Envelope<unknown>>): Promise<void> {
    return this.#exclusively(async () => {
      const { form, run } = this.#context
      let written = 0
      try {
        const envelopes = form === undefined ? given : given.map((envelope) => formed(envelope, form, run))
        for (const span of this.#spansOf(envelopes)) {
          await this.#writeSpan(span.envelopes, span.at)
          written += span.envelopes.length
        }
      } catch (cause) {
        throw sinkError(cause, written)
      }
      await this.#retain()
    })
  }

  /** Completes files whose time is over though nothing came after it. */
  advance(): Promise<void> {
    return this.#exclusively(async () => {
      const now = this.#latest.at + this.#context.monotonic() - this.#latest.came
      if (now < this.#period.end + graceMillis) return
      await this.#completeAll()
      await this.#retain()
    })
  }

  /** Forces everything to the disk. */
  sync(): Promise<void> {
    return this.#exclusively(async () => {
      for (const part of this.#open) await part.sync()
    })
  }

  /** Deletes what need not stay. */
  retain(): Promise<void> {
    return this.#exclusively(() => {
      this.#isRetentionDue = true
      return this.#retain()
    })
  }

  /** Finishes what is open and opens it anew, by name, at the next write. */
  reopen(): Promise<void> {
    return this.#exclusively(async () => {
      for (const series of this.#router.current()) {
        await series.part?.finish()
        if (series.part !== undefined) this.#open.delete(series.part)
      }
    })
  }

  /** Completes all files. What cannot be completed is reported, stays as it is, and is repaired at the next start. */
  close(): Promise<void> {
    return this.#exclusively(async () => {
      for (const series of this.#router.current()) {
        try {
          await this.#complete(series)
        } catch (cause) {
          this.#trouble("complete", cause)
          await series.part?.close().catch((again: unknown) => this.#trouble("close", again))
        }
      }
      await this.#retain()
    })
  }

  /** Runs after all that was asked for before. */
  #exclusively<A>(work: () => Promise<A>): Promise<A> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {
      // The caller gets the failure; the next goes ahead.
    })
    return done
  }

  /** Whole groups that belong to one period. A file is never gone back to: who comes late goes where the others are. */
  *#spansOf(envelopes: ReadonlyArray<Envelope<unknown>>): Generator<
    { readonly envelopes: ReadonlyArray<Envelope<unknown>>; readonly at: number }
  > {
    let start = 0
    let end = 0
    let latest = this.#latest.at
    let periodEnd = this.#period.end
    for (let index = 0; index < envelopes.length; index++) {
      const { at: stamped, last } = envelopes[index]!
      if (!last && index < envelopes.length - 1) continue
      const at = Number.isFinite(stamped) ? stamped : Math.max(latest, 0)
      if (at >= periodEnd && this.isTimed) {
        if (end > start) yield { envelopes: envelopes.slice(start, end), at: latest }
        start = end
        periodEnd = this.#periodOf(at).end
      }
      if (at > latest) latest = at
      end = index + 1
    }
    yield { envelopes: start === 0 ? envelopes : envelopes.slice(start), at: latest }
  }

  #periodOf(at: number): Period {
    return periodOf(at, this.#context.template.unit, this.#everyMillis)
  }

  /** Writes all of a span or, where it fails, nothing. */
  async #writeSpan(envelopes: ReadonlyArray<Envelope<unknown>>, at: number): Promise<void> {
    if (this.isTimed && at >= this.#period.end) {
      await this.#completeAll()
      this.#period = this.#periodOf(at)
    }
    this.#latest = { at, came: this.#context.monotonic() }
    const plan = this.#router.plan(envelopes)
    const marks = new Map<PartFile, FilePosition>()
    try {
      for (const [series, lines] of plan.lines) {
        const written = writtenOf(lines, this.#context.form)
        if (written.length > 0) await this.#append(series, written, marks)
      }
      if (this.#context.options.fsync === "batch") { for (const part of marks.keys()) await part.sync() }
    } catch (cause) {
      for (const [part, mark] of marks) await part.rollback(mark)
      throw cause
    }
    this.#router.commit(plan)
  }

  async #append(series: Series, lines: ReadonlyArray<string>, marks: Map<PartFile, FilePosition>): Promise<void> {
    const { form, options } = this.#context
    const limit = options.rotate?.bytes ?? Infinity
    if (series.part?.isFull === true) await this.#complete(series)
    let part = await this.#use(series)
    marks.set(part, part.mark)
    let encoded = await part.encode(bytesOf(lines, form, part.size === 0))
    if (part.size > 0 && part.size + encoded.bytes.length > limit - endBytes) {
      part.discard()
      marks.delete(part)
      await this.#complete(series)
      part = await this.#use(series)
      marks.set(part, part.mark)
      encoded = await part.encode(bytesOf(lines, form, true))
    }
    await part.append(encoded)
  }

  /** The file of a series, open. The longest unused is closed where there are too many. */
  async #use(series: Series): Promise<PartFile> {
    const at = Number.isFinite(this.#period.start) ? this.#period.start : this.#latest.at
    series.part ??= new PartFile(this.#context.template.render(series.names, new Date(at)), this.#partContext)
    const { part } = series
    this.#open.delete(part)
    for (const unused of this.#open) {
      if (this.#open.size < this.#maxOpen) break
      this.#open.delete(unused)
      await unused.close()
    }
    await part.open()
    this.#open.add(part)
    return part
  }

  async #completeAll(): Promise<void> {
    for (const series of this.#router.current()) await this.#complete(series)
  }

  async #complete(series: Series): Promise<void> {
    const { part } = series
    if (part === undefined) return
    const path = await part.complete()
    this.#open.delete(part)
    series.part = undefined
    if (path === undefined) return
    this.#isRetentionDue = true
    this.#context.onEvent({ _tag: "Completed", path, bytes: part.size })
  }

  async #retain(): Promise<void> {
    const { template, folder, options, wall, onEvent } = this.#context
    if (!this.#isRetentionDue || options.keep === undefined) return
    this.#isRetentionDue = false
    await retain(template, folder, options.keep, wall(), onEvent)
  }

  /** A file of the name we want is there: that of a living sink is left alone, that of a dead one is repaired. */
  async #putAway(context: RepairContext, path: string, folder: string): Promise<void> {
    const name = path.slice(folder.length).replace(/^[/\\]/, "")
    const match = this.#context.template.matchFile(name)
    if (match === undefined) throw new FileError("write", path, new Error("there is another file of that name"), true)
    const stats = await attempt("look at", path, () => lstat(path))
    for (const { part } of this.#router.current()) {
      if (part?.inode !== stats.ino) continue
      const why = new Error(`this file system takes it for ${part.file}; write to one that distinguishes such names`)
      throw new FileError("write", path, why, true)
    }
    await repair(context, { path, folder, stem: match.stem })
  }

  #trouble(action: string, cause: unknown): void {
    const error = cause instanceof FileError ? cause : new FileError(action, this.#context.folder.base, cause)
    this.#context.onEvent({ _tag: "Trouble", error })
  }
}

/** A lane retries what may mend itself, a full disk above all. What is no failure of a file is a bug of ours. */
export const sinkError = (cause: unknown, delivered = 0): SinkError =>
  new SinkError({ rest: cause instanceof FileError && !cause.isLasting ? "retry" : "disable", cause, delivered })
