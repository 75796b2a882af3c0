/** Makes Parquet files of complete journals, one after another, and finishes what an earlier process began. */
import type { PathTemplate } from "@boltodds/sink-file"
import { lstat, readdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Converted, ConvertTask } from "./convert.ts"
import { claimedOf, nextParquet, parquetOfClaimed, parquetOfPart, partOf } from "./names.ts"
import { syncFolder } from "./syncFolder.ts"

/** What a converter works with. */
export interface ConverterContext {
  /** The template of the journals. */
  readonly template: PathTemplate
  /** The folder of the template, with its links followed. */
  readonly base: string
  readonly emit: string
  readonly mode: number | undefined
  readonly convert: (task: ConvertTask) => Promise<Converted>
  /** Called when nothing is left to convert. */
  readonly onIdle: () => Promise<void>
  readonly onConverted: (path: string, converted: Converted) => void
  readonly onFailed: (journal: string, cause: unknown) => void
}

/** A journal, and the file that it becomes once it was claimed. */
interface Job {
  journal: string
  parquet: string | undefined
}

/** Converts in the order of completion. What fails stays a journal, and is tried again with the next. */
export class Converter {
  readonly #context: ConverterContext
  readonly #pending: Array<Job> = []
  #hasRecovered = false
  #running: Promise<void> | undefined

  constructor(context: ConverterContext) {
    this.#context = context
  }

  /** A journal is complete: it is converted once `recover` has ended, and those before it. */
  add(journal: string): void {
    this.#pending.push({ journal, parquet: undefined })
    this.#start()
  }

  /** Finds what an earlier process left: journals that were not converted, and files that are not whole. Called once. */
  async recover(): Promise<void> {
    const found = await this.#scan(this.#context.base, 0)
    for (const path of found) if (parquetOfPart(path) !== undefined) await rm(path, { force: true })
    const known = new Set(this.#pending.map(({ journal }) => journal))
    const jobs = found.flatMap((journal): ReadonlyArray<Job> =>
      parquetOfPart(journal) !== undefined || known.has(journal)
        ? []
        : [{ journal, parquet: parquetOfClaimed(journal) }]
    )
    // Those with a name come first: they were complete before the others.
    const rank = ({ parquet }: Job): number => parquet === undefined ? 1 : 0
    this.#pending.unshift(
      ...jobs.toSorted((a, b) => rank(a) - rank(b) || byNumber(a.journal, b.journal)),
    )
    this.#hasRecovered = true
    this.#start()
  }

  /** Resolves when nothing is left to convert, or what is left has failed once more. */
  async settle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #start(): void {
    if (!this.#hasRecovered) return
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    const failed: Array<Job> = []
    for (let job = this.#pending.shift(); job !== undefined; job = this.#pending.shift()) {
      try {
        await this.#convert(job)
      } catch (cause) {
        this.#context.onFailed(job.journal, cause)
        failed.push(job)
      }
    }
    this.#pending.push(...failed)
    await this.#context.onIdle()
  }

  async #convert(job: Job): Promise<void> {
    const { emit, mode, convert, onConverted } = this.#context
    if (job.parquet === undefined) {
      // From here on the journal names the file that it becomes, so that a crash makes no second one.
      const parquet = await nextParquet(job.journal)
      const claimed = claimedOf(parquet)
      await rename(job.journal, claimed)
      job.journal = claimed
      job.parquet = parquet
    }
    const { journal, parquet } = job
    if (await exists(parquet)) return await rm(journal, { force: true })
    const part = partOf(parquet)
    await rm(part, { force: true })
    const converted = await convert({ journal, parquet: part, emit, mode })
    if (converted.rows === 0) await rm(part)
    else await rename(part, parquet)
    await syncFolder(dirname(parquet))
    await rm(journal, { force: true })
    if (converted.rows > 0 || converted.unreadable > 0) onConverted(parquet, converted)
  }

  /** Files below a folder that are ours, and are not journals that are being written. */
  async #scan(folder: string, depth: number): Promise<ReadonlyArray<string>> {
    const { template } = this.#context
    const found: Array<string> = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (depth < template.depth) {
        if (!entry.isDirectory() || !template.matchesFolder(depth, entry.name)) continue
        found.push(...await this.#scan(path, depth + 1))
      } else if (entry.isFile() && this.#isOwn(entry.name)) found.push(path)
    }
    return found
  }

  #isOwn(name: string): boolean {
    const parquet = parquetOfClaimed(name) ?? parquetOfPart(name)
    // A journal of this template would have that name, with another ending.
    const journal = parquet === undefined ? name : `${parquet.slice(0, -".parquet".length)}.ndjson`
    const match = this.#context.template.matchFile(journal)
    return match !== undefined && !match.isPart
  }
}

const exists = (path: string): Promise<boolean> => lstat(path).then(() => true, () => false)

const numberIn = (path: string): number => Number(/\.([1-9]\d{0,8})(?:\.parquet)?\.ndjson$/.exec(path)?.[1] ?? 0)

const byNumber = (one: string, other: string): number => numberIn(one) - numberIn(other) || (one < other ? -1 : 1)
