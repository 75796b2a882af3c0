/** What the tests of sinks and readers of stores share: batches, deliveries, and the book of a reader. */
import { emptyBook, encodeRecord, fold, identityOf, isLive } from "@boltodds/protocol"
import type { Book, Change, Control } from "@boltodds/protocol"
import { type Batch, makeControl, makeRecord, type Sink, SinkError } from "@boltodds/sink"
import { apply, make } from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import { scenario } from "../../state/test/scenario.ts"

export type StreamRecord = Change | Control

/** The book of a reader, as its records arrive. */
export class BookReader {
  book: Book = emptyBook
  /** All that it was given. */
  readonly groups: Array<ReadonlyArray<StreamRecord>> = []
  readonly #watches = new Map<(book: Book) => boolean, () => void>()
  readonly #controller = new AbortController()
  readonly #running: Promise<void>
  /** Rejects where the reading fails. */
  readonly #failed: Promise<never>

  constructor(records: Stream.Stream<ReadonlyArray<StreamRecord>, unknown>) {
    this.#running = Effect.runPromise(
      Stream.runForEach(records, (group) => Effect.sync(() => this.#take(group))),
      { signal: this.#controller.signal },
    ).catch((cause: unknown) => {
      if (!this.#controller.signal.aborted) throw cause
    })
    this.#failed = this.#running.then(() => new Promise<never>(() => {}))
    // Who waits for it gets the failure, and who stops it.
    this.#failed.catch(() => {})
  }

  /** Resolves when the book is as the test waits for it; rejects if the reading fails before. */
  until(watch: (book: Book) => boolean): Promise<void> {
    if (watch(this.book)) return Promise.resolve()
    return Promise.race([new Promise<void>((resolve) => void this.#watches.set(watch, resolve)), this.#failed])
  }

  /** The kinds of the controls that the reader made itself, in order. */
  get ownControls(): ReadonlyArray<string> {
    return this.groups.flat().flatMap((record) =>
      record.origin !== undefined && "control" in record ? [record.control] : []
    )
  }

  async stop(): Promise<void> {
    this.#controller.abort()
    await this.#running
  }

  #take(group: ReadonlyArray<StreamRecord>): void {
    this.groups.push(group)
    this.book = fold(this.book, group)
    for (const [watch, resolve] of this.#watches) {
      if (!watch(this.book)) continue
      this.#watches.delete(watch)
      resolve()
    }
  }
}

const form = { encode: (record: StreamRecord) => encodeRecord(record) }

/** A batch of records, as a lane makes it. */
export const batchOf = (records: ReadonlyArray<StreamRecord>): Batch<unknown> => ({
  id: identityOf(records[0]!),
  attempt: 1,
  envelopes: records.map((record) => {
    const { run, seq, part, origin, session, epoch, at, last } = record
    const stamp = { run, seq, part, origin, session, epoch, at: Date.parse(at), last: last === true }
    return "control" in record ? makeControl(stamp, record, form as never) : makeRecord(stamp, record, form as never)
  }),
})

/** The failure of a write. */
export const failureOf = async (sink: Sink<unknown>, batch: Batch<unknown>): Promise<SinkError> => {
  const failure = await Effect.runPromise(Effect.flip(sink.write(batch)))
  if (!(failure instanceof SinkError)) throw new Error(`a write failed with ${String(failure)}`)
  return failure
}

/** Writes as a lane does: again, until it is delivered. Returns how often it failed. */
export const deliver = async (sink: Sink<unknown>, batch: Batch<unknown>): Promise<number> => {
  for (let retries = 0;; retries++) {
    const failed = await Effect.runPromise(
      Effect.match(sink.write(batch), { onSuccess: () => undefined, onFailure: (error) => error }),
    )
    if (failed === undefined) return retries
    if (failed.rest !== "retry" || failed.isNewReader === true) throw failed
  }
}

/** The records of a run of a feed that gaps, stale sportsbooks and closed games belong to. */
export const recordsOf = (seed: number): ReadonlyArray<StreamRecord> =>
  apply(make({ run: `01J000000000000000000${String(seed).padStart(5, "0")}` }), scenario(seed).events)
    .steps.flatMap(({ records }) => records)

/** The texts of records. */
export const textsOfRecords = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> =>
  records.map((record) => encodeRecord(record))

/** Whether a book has the games of these records. */
export const hasGamesOf = (records: ReadonlyArray<StreamRecord>): (book: Book) => boolean => {
  const { games } = fold(emptyBook, records)
  return (other) => isDeepStrictEqual(other.games, games)
}

/** Whether any price of a book is live. */
export const isAnyLive = (book: Book): boolean =>
  [...book.games.values()].some((game) => [...game.lines.values()].some((line) => isLive(book, game, line)))
