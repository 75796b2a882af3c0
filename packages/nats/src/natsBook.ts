/** The book that the readers of a feed have, for a process that goes on where another ended. */
import { DeliverPolicy, jetstream, type JetStreamManager, jetstreamManager, type JsMsg } from "@nats-io/jetstream"
import { type Book, BookFold, isControl, parseTimestamp, readRecord } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import { connectNats, timeoutOf } from "./internal/connectNats.ts"
import type { Link } from "./internal/Link.ts"
import { Pieces } from "./internal/messages.ts"
import { natsErrorOf } from "./internal/natsErrorOf.ts"
import { streamInfo, streamsOf } from "./internal/streams.ts"
import { NatsError } from "./NatsError.ts"
import type { LogPosition, NatsConnectionOptions, NatsStreamOptions, Streams } from "./NatsOptions.ts"

/** The options of {@link natsBook}: those of the sink that goes on with the log. */
export interface NatsBookOptions
  extends NatsConnectionOptions, Pick<NatsStreamOptions, "name" | "logStream" | "latestStream"> {}

/** A book, and where its log ends. */
export interface NatsBook {
  /** What all readers have that have read everything. It may be `lossy`. */
  readonly book: Book
  /** The number of the last start that the records name (`term`); 0 if they name none. */
  readonly term: number
  /** The end of the log that the book is of: for `continues` of the sink `nats`. */
  readonly position: LogPosition
}

/** How long the latest records may take to follow the log. The server copies them within milliseconds. */
const followMillis = 10_000
const lookMillis = 20
/** How long reading may take without a message. */
const stallMillis = 10_000
const mostAtOnce = 2_000

/**
 * Reads the book from the latest records. Undefined where nothing was written yet.
 *
 * The book is that of the log up to `position`: give it to a sink as `continues`. Where another process wrote meanwhile,
 * the sink refuses its first batch (`fenced`): the book is not that of the readers, and must be read again.
 *
 * Fails with a {@link NatsError}: `unreachable` where a server does not answer, `stream` where the latest records do not
 * follow the log, or are no records.
 */
export const natsBook = (options: NatsBookOptions = {}): Effect.Effect<NatsBook | undefined, NatsError> =>
  Effect.scoped(Effect.gen(function* () {
    const failure = (cause: unknown): NatsError => natsErrorOf(cause, "Cannot read the book from NATS")
    const streams = yield* Effect.try({ try: () => streamsOf(options), catch: failure })
    const link = yield* connectNats(options)
    return yield* Effect.tryPromise({
      try: (signal) => link.whileUp(() => readBook(link, streams, { timeout: timeoutOf(options), signal })),
      catch: failure,
    })
  }))

interface Patience {
  readonly timeout: number
  readonly signal: AbortSignal
}

const readBook = async (link: Link, streams: Streams, { timeout, signal }: Patience): Promise<NatsBook | undefined> => {
  const manager = await jetstreamManager(link.connection, { timeout, checkAPI: false })
  const latest = streams.latest!
  const log = await streamInfo(manager, streams.log)
  if (log === undefined || log.state.last_seq === 0) return undefined
  if (await streamInfo(manager, latest) === undefined) {
    throw new NatsError(
      "stream",
      `The log ${streams.log} has records, and the stream ${latest} with the latest of them does not exist. It is made anew.`,
    )
  }
  const position = { created: log.created, sequence: log.state.last_seq }
  const end = await followed(manager, latest, position, signal)
  const reading = new BookReading(latest)
  const consumer = await jetstream(link.connection, { timeout }).consumers.get(latest, {
    deliver_policy: DeliverPolicy.LastPerSubject,
  })
  const messages = await consumer.consume({ max_messages: mostAtOnce })
  let isStalled = false
  const stall = setTimeout(() => {
    isStalled = true
    messages.stop()
  }, stallMillis)
  const stop = () => messages.stop()
  signal.addEventListener("abort", stop)
  try {
    for await (const message of messages) {
      stall.refresh()
      reading.take(message)
      if (reading.sequence >= end) break
    }
  } finally {
    clearTimeout(stall)
    signal.removeEventListener("abort", stop)
    messages.stop()
  }
  signal.throwIfAborted()
  if (isStalled) throw new NatsError("unreachable", `${latest} does not deliver its records. It is tried again.`)
  return { ...reading.result(), position }
}

/** Waits until the latest records contain the end of the log; their last sequence then. */
const followed = async (
  manager: JetStreamManager,
  latest: string,
  { sequence, created }: LogPosition,
  signal: AbortSignal,
): Promise<number> => {
  const until = performance.now() + followMillis
  // By milliseconds, as dates have them. A time that cannot be read proves nothing.
  const since = Math.floor(parseTimestamp(created) ?? Infinity)
  for (;;) {
    const last = (await manager.streams.info(latest)).state.last_seq
    const message = last === 0 ? null : await manager.streams.getMessage(latest, { seq: last })
    // The name of the stream and the sequence there; newer servers write more after them.
    const source = Number(message?.header.get("Nats-Stream-Source").split(" ")[1])
    // A log that was made anew counts from 1 again: what is older is of the log before.
    if (message !== null && source >= sequence && message.time.getTime() >= since) return last
    if (performance.now() > until) {
      throw new NatsError(
        "stream",
        `The latest records in ${latest} do not follow the log: they end at ${source || 0} of ${sequence}.`,
      )
    }
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, lookMillis))
  }
}

/** Folds messages of the latest records. */
class BookReading {
  sequence = 0
  readonly #stream: string
  readonly #pieces = new Pieces()
  readonly #folding = new BookFold()
  #term = 0
  #hasBeginning = false

  constructor(stream: string) {
    this.#stream = stream
  }

  take(message: JsMsg): void {
    const { streamSequence } = message.info
    // While subjects are replaced, nats-server 2.9 delivers messages several times.
    if (streamSequence <= this.sequence) return
    this.sequence = streamSequence
    const text = this.#pieces.join(message)
    if (text === undefined) return
    const { record, fault } = readRecord(text)
    if (record === undefined) {
      throw new NatsError("stream", `A message of ${this.#stream} is not a record of changes: ${fault}`)
    }
    if (isControl(record) && (record.control === "stream_started" || record.control === "stream_resumed")) {
      this.#term = Math.max(this.#term, record.term ?? 0)
    }
    this.#hasBeginning ||= isControl(record) && record.control === "stream_started"
    this.#folding.add([record])
  }

  /**
   * The oldest of the latest records is the beginning of a run: nothing replaces it but another one. Where it is missing, more
   * may be, and a process that goes on from what is left would not know lines that readers show.
   */
  result(): Pick<NatsBook, "book" | "term"> {
    if (!this.#hasBeginning) {
      throw new NatsError(
        "stream",
        `The oldest of the latest records in ${this.#stream} are missing. Its readers need the whole book.`,
      )
    }
    if (this.#pieces.isTorn) {
      throw new NatsError(
        "stream",
        `The end of a large record in ${this.#stream} is missing: its writer did not finish it. Its readers need the whole book.`,
      )
    }
    return { book: this.#folding.book, term: this.#term }
  }
}
