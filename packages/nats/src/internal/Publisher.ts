/** Batches into the log, as a chain: each message names the sequence that comes before it, and one answer proves all. */
import type { JetStreamManager, StreamState } from "@nats-io/jetstream"
import { errors, type Msg } from "@nats-io/nats-core"
import { NatsError } from "../NatsError.ts"
import type { LogPosition, Streams } from "../NatsOptions.ts"
import type { Link } from "./Link.ts"
import { headersOf, idHeader, type Outgoing } from "./messages.ts"
import { ensureStreams } from "./streams.ts"

/** After this many messages an answer is waited for. */
const mostAtOnce = 500
/** The same in bytes of payload. */
const mostBytesAtOnce = 4 * 1024 * 1024
/** A batch waits this long for a lost connection, before it fails and the lane waits longer. */
const returnMillis = 5_000
/** The codes of answers to a message that does not follow the last one of the stream. */
const wrongLast: ReadonlySet<number | undefined> = new Set([10_070, 10_071])

/** How far a batch came. */
export interface Published {
  /** How many of its messages are stored. */
  readonly stored: number
  /** The log has lost records that were acknowledged: it was made anew, or its server did not sync its disk. */
  readonly hasForgotten: boolean
}

/** Where batches go. */
interface PublisherOptions {
  readonly streams: Streams
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number
  /** Where the log must end before the first batch. Undefined: anywhere. */
  readonly continues: LogPosition | undefined
}

/**
 * Publishes batches, one after another: a lane with `parallel` writes several at once.
 *
 * Each message demands that the message before it is the last of the stream. So a hole is impossible, one acknowledgement
 * proves a batch, and a second writer is refused. A batch that is sent again continues where the stream
 * ends: its last message has the id of one of the batch.
 */
export class Publisher {
  readonly #link: Link
  readonly #manager: JetStreamManager
  readonly #streams: Streams
  readonly #timeout: number
  /** The last sequence of the log; undefined before the first batch, and after a message without an answer. */
  #last: number | undefined
  /** What is known of the log since the last answer. */
  #known: Known | undefined
  /** Settles with the batch before. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(
    link: Link,
    manager: JetStreamManager,
    { streams, timeout, continues }: PublisherOptions,
  ) {
    this.#link = link
    this.#manager = manager
    this.#streams = streams
    this.#timeout = timeout
    if (continues !== undefined) {
      this.#known = { batch: "", before: continues.sequence, created: continues.created }
    }
  }

  /** Publishes what of the batch is not stored yet. Rejects with a `NatsError`, or if `signal` aborts. */
  publish(batch: string, messages: ReadonlyArray<Outgoing>, signal: AbortSignal): Promise<Published> {
    const published = this.#before.then(() => this.#publish(batch, messages, signal))
    this.#before = published.catch(ignoreFailure)
    return published
  }

  async #publish(
    batch: string,
    messages: ReadonlyArray<Outgoing>,
    signal: AbortSignal,
  ): Promise<Published> {
    await this.#link.untilUp(returnMillis, signal)
    // A batch may come again although it was acknowledged: the lane did not get the answer.
    const isAgain = this.#last === undefined || batch === this.#known?.batch
    const found = isAgain ? await this.#link.whileUp(() => this.#find(batch, messages.length)) : nothing
    if (found.hasForgotten) return found
    this.#known = {
      ...this.#known!,
      batch,
      before: this.#last! - found.stored,
    }
    for (let from = found.stored; from < messages.length;) {
      signal.throwIfAborted()
      const until = cut(messages, from)
      await this.#send(batch, messages, from, until)
      from = until
    }
    return { stored: messages.length, hasForgotten: false }
  }

  /** How much of a batch is stored already, by the last message of the log. */
  async #find(batch: string, count: number): Promise<Published> {
    const { state, created } = await ensureStreams(
      this.#manager,
      this.#streams,
    )
    const known = this.#known
    const end = await this.#endOf(state)
    const isOurs = end !== undefined && end.batch === batch &&
      end.index < count
    const stored = isOurs ? end.index + 1 : 0
    this.#last = state.last_seq
    this.#known = { batch: "", before: state.last_seq, created }
    if (known === undefined) return { stored, hasForgotten: false }
    // Of a batch without an answer, which the lane has divided or given up since, any part may be stored.
    const isLastBatch = end !== undefined && end.batch === known.batch
    const before = state.last_seq - (isOurs || isLastBatch ? end.index + 1 : 0)
    if (created !== known.created || before < known.before) {
      return { stored: 0, hasForgotten: true }
    }
    if (before > known.before) throw this.#fenced()
    return { stored, hasForgotten: false }
  }

  /** The batch of the last message of the log, and its place there. Undefined if it is not of a batch. */
  async #endOf(
    { last_seq, messages }: StreamState,
  ): Promise<{ batch: string; index: number } | undefined> {
    if (messages === 0) return undefined
    const last = await this.#manager.streams.getMessage(this.#streams.log, {
      seq: last_seq,
    })
    const [, batch, index] = /^(.*)\/(\d+)$/s.exec(last?.header.get(idHeader) ?? "") ?? []
    return batch === undefined ? undefined : { batch, index: Number(index) }
  }

  async #send(
    batch: string,
    messages: ReadonlyArray<Outgoing>,
    from: number,
    until: number,
  ): Promise<void> {
    const last = this.#last!
    this.#last = undefined
    const headersAt = (index: number) =>
      headersOf(`${batch}/${index}`, index === from ? last : `${batch}/${index - 1}`, messages[index]!.piece)
    const final = until - 1
    for (let index = from; index < final; index++) {
      const { subject, payload } = messages[index]!
      this.#link.connection.publish(subject, payload, { headers: headersAt(index) })
    }
    const { subject, payload } = messages[final]!
    const answer = await this.#request(subject, payload, { headers: headersAt(final), timeout: this.#timeout })
    const { seq, error } = answer.json<
      { readonly seq?: number; readonly error?: ApiProblem }
    >()
    if (error !== undefined) throw this.#rejected(error)
    if (seq !== last + until - from) throw this.#fenced()
    this.#last = seq
  }

  async #request(
    ...[subject, payload, options]: Parameters<Link["connection"]["request"]>
  ): Promise<Msg> {
    try {
      return await this.#link.whileUp(() => this.#link.connection.request(subject, payload, options))
    } catch (cause) {
      if (cause instanceof NatsError) throw cause
      if (cause instanceof errors.RequestError && cause.isNoResponders()) {
        throw new NatsError(
          "no-stream",
          `No stream takes ${subject}: ${this.#streams.log} does not exist. It is made again.`,
          { cause },
        )
      }
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new NatsError(
        "unreachable",
        `No answer from NATS for ${subject}: ${why}.`,
        { cause },
      )
    }
  }

  #rejected(
    { err_code, description = "no reason given" }: ApiProblem,
  ): NatsError {
    const { log } = this.#streams
    return wrongLast.has(err_code)
      ? new NatsError(
        "rejected",
        `The log ${log} did not end where this batch begins: ${description}.`,
      )
      : new NatsError(
        "rejected",
        `The log ${log} does not take records: ${description}.`,
      )
  }

  #fenced(): NatsError {
    return new NatsError(
      "fenced",
      `Another process writes to ${this.#streams.log}. A log has one writer: stop one of the two, or give one another name.`,
    )
  }
}

/** What is known of the log: who made it when, and the batch that was sent last. */
interface Known {
  readonly created: string
  /** The batch that was sent last, with or without an answer; the empty text if none was. */
  readonly batch: string
  /** The last sequence before that batch. */
  readonly before: number
}

/** Its own caller has it. */
const ignoreFailure = (): void => {}

const nothing: Published = { stored: 0, hasForgotten: false }

interface ApiProblem {
  readonly err_code?: number
  readonly description?: string
}

/** The end of the next part of a batch. */
const cut = (messages: ReadonlyArray<Outgoing>, from: number): number => {
  let bytes = 0
  let until = from
  while (
    until < messages.length && until - from < mostAtOnce &&
    (bytes < mostBytesAtOnce || until === from)
  ) {
    bytes += messages[until]!.payload.length
    until++
  }
  return until
}
