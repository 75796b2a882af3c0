/** The latest status of a process: what its runs report, for servers and commands beside them. */
import type { ProcessFigures, StatusRecord } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Running } from "../hub/Running.ts"
import type { Tap } from "../route/Route.ts"

/** The records of one time, by their kind. What is not known yet is absent. */
export type StatusByKind = { readonly [K in StatusRecord["status"]]?: Extract<StatusRecord, { readonly status: K }> }

/** Keeps the newest status records of a process, whose runs follow one another. */
export class LatestStatus {
  readonly #process: (() => ProcessFigures) | undefined
  readonly #listeners = new Set<(records: ReadonlyArray<StatusRecord>) => void>()
  #records: ReadonlyArray<StatusRecord> | undefined
  #takenAt: number | undefined
  #running: Running | undefined

  /** `process`: what the process uses, for the records that are made before the first run, and between runs. */
  constructor(process?: () => ProcessFigures) {
    this.#process = process
  }

  /** The newest records: one of each kind that is known. */
  get records(): ReadonlyArray<StatusRecord> {
    return this.#records ??= [this.#between("starting", null)]
  }

  /** The same by kind. */
  get byKind(): StatusByKind {
    return Object.fromEntries(this.records.map((record) => [record.status, record]))
  }

  /** How long ago they came, in milliseconds: about a second at most while a run goes on; 0 before the first. */
  get ageMillis(): number {
    return this.#takenAt === undefined ? 0 : performance.now() - this.#takenAt
  }

  /** Takes the records of one time from a run. */
  readonly take = (records: ReadonlyArray<StatusRecord>): void => {
    this.#takenAt = performance.now()
    this.#records = records
    for (const listener of this.#listeners) listener(records)
  }

  /** Calls this with all later records. Returns what ends that. */
  subscribe(listener: (records: ReadonlyArray<StatusRecord>) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A run has begun. */
  runs(running: Running): void {
    this.#running = running
  }

  /** No run goes on: another process holds the lease, for this reason. Call it once a second while it is so. */
  standsBy(why: string): void {
    this.#running = undefined
    this.take([this.#between("standby", why)])
  }

  /** The names of the sinks that run now. */
  get sinks(): ReadonlyArray<string> {
    return this.#running === undefined ? [] : Effect.runSync(this.#running.counts).map(({ name }) => name)
  }

  /** See `tap` of {@link Running}; undefined also where nothing runs. */
  tap(sink: string, take: Tap): (() => void) | undefined {
    return this.#running === undefined ? undefined : Effect.runSync(this.#running.tap(sink, take))
  }

  #between(phase: "starting" | "standby", why: string | null): StatusRecord {
    const at = new Date().toISOString()
    return { status: "process", run: "", at, phase, why, process: this.#process?.() ?? null, last: true }
  }
}
