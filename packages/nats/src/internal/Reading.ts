/** A consumer of the latest records, which is made anew where it or its stream is lost. */
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
} from "@nats-io/jetstream"
import { type Change, type Control, type Followed, Follower, readRecord } from "@boltodds/protocol"
import { NatsError } from "../NatsError.ts"
import type { Link } from "./Link.ts"
import { Pieces } from "./messages.ts"
import { natsErrorOf } from "./natsErrorOf.ts"
import { streamInfo } from "./streams.ts"

/** Messages that are asked for at a time. */
const mostAtOnce = 2_000
/** Records of a log that may wait for the reader. */
const mostWaiting = 10_000
/** How often it is looked whether the stream is still the same one, and whether all of it has come. */
const checkMillis = 2_000
/** After this time without a message that the stream has, the consumer is made anew. */
const stallMillis = 2_000
const againMillis = 1_000
/** The same while records wait of which it is not known whether they are all. */
const unsureMillis = 50

/** What is read, and how. */
export interface ReadingOptions extends Followed {
  readonly stream: string
  /** Of a log: where to begin. Undefined: with the oldest record. */
  readonly since: Date | undefined
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number
  readonly onTrouble: (error: NatsError) => void
}

/** Reads groups of records of one stream. */
export class Reading {
  readonly #link: Link
  readonly #stream: string
  readonly #follower: Follower
  readonly #timeout: number
  readonly #isLog: boolean
  readonly #since: Date | undefined
  readonly #onTrouble: (error: NatsError) => void
  #pieces = new Pieces()
  #isStopped = false
  #wake: () => void = ignore
  /** Ends the wait for a reader of the log that has enough. */
  #goOn: () => void = ignore
  #isFull = false
  #open: OpenConsumer | undefined
  /** When the stream that is read was made: another stream of its name counts from 1 again. */
  #created: string | undefined
  #checkAt = 0
  /** When the last message came, or the consumer was made. */
  #takenAt = 0
  /** The connection was lost: the server forgets a consumer when it restarts. */
  #isInterrupted = false

  constructor(link: Link, options: ReadingOptions) {
    this.#link = link
    this.#stream = options.stream
    this.#timeout = options.timeout
    this.#isLog = options.isLog
    this.#since = options.since
    this.#onTrouble = options.onTrouble
    this.#follower = new Follower(options)
  }

  /** The groups, until {@link stop}. */
  async *groups(): AsyncGenerator<ReadonlyArray<Change | Control>> {
    const manager = await jetstreamManager(this.#link.connection, { timeout: this.#timeout, checkAPI: false })
    const client = jetstream(this.#link.connection, { timeout: this.#timeout })
    const forget = this.#link.onReturn(() => {
      this.#isInterrupted = true
      this.#checkAt = 0
      this.#wake()
    })
    try {
      while (!this.#isStopped) {
        if (performance.now() >= this.#checkAt) await this.#check(manager, client)
        const records = this.#follower.give(performance.now(), new Date().toISOString())
        if (records.length > 0) {
          this.#goOn()
          yield records
        } else await this.#rest()
      }
    } finally {
      forget()
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#wake()
    this.#goOn()
    this.#close()
  }

  /** Sleeps until a message comes or something is due. */
  async #rest(): Promise<void> {
    const unsureAt = this.#follower.isUnsure ? performance.now() + unsureMillis : Infinity
    this.#checkAt = Math.min(this.#checkAt, unsureAt)
    const until = Math.min(this.#checkAt, this.#follower.staleAt ?? Infinity)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, until - performance.now()))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = ignore
  }

  /** Begins to read, begins again where the stream is another one, and goes on where the consumer is lost. */
  async #check(manager: JetStreamManager, client: JetStreamClient): Promise<void> {
    this.#checkAt = performance.now() + againMillis
    try {
      const { sequence } = this.#follower
      const info = await this.#link.whileUp(() => streamInfo(manager, this.#stream))
      if (this.#isStopped) return
      if (info === undefined) {
        return this.#onTrouble(
          new NatsError("no-stream", `The stream ${this.#stream} does not exist yet: waiting for its writer.`),
        )
      }
      const { created, state: { last_seq } } = info
      // With what had been read before the question: messages may overtake the answer.
      const isSame = created === this.#created && last_seq >= sequence
      if (!isSame) {
        this.#follower.join(last_seq, performance.now())
        this.#created = created
        await this.#consume(client)
      } else if (this.#isInterrupted || this.#isStalled(last_seq)) await this.#consume(client)
      else this.#follower.reached(sequence, last_seq)
      this.#checkAt = performance.now() + (this.#follower.isUnsure ? unsureMillis : checkMillis)
    } catch (cause) {
      // The server restarts, or cannot be reached. What does not arrive becomes stale by itself.
      this.#onTrouble(
        natsErrorOf(cause, `Cannot read ${this.#stream}`),
      )
    }
  }

  /** Messages follow, and none comes: the consumer was removed, or its server has forgotten it. */
  #isStalled(lastSequence: number): boolean {
    return this.#open === undefined || !this.#isFull &&
        lastSequence > this.#follower.sequence && performance.now() - this.#takenAt > stallMillis
  }

  /** Makes a consumer of what has not been read yet. */
  async #consume(client: JetStreamClient): Promise<void> {
    this.#close()
    this.#pieces = new Pieces()
    const consumer = await this.#link.whileUp(() => client.consumers.get(this.#stream, this.#start()))
    const messages = await consumer.consume({ max_messages: mostAtOnce })
    // Messages of a consumer that was given up may still come: a later one would hide what the new one reads first.
    const open: OpenConsumer = { consumer, messages }
    this.#open = open
    this.#takenAt = performance.now()
    this.#isInterrupted = false
    // Its end is no error: a check finds out, and makes another.
    this.#pump(open).catch((cause: unknown) => this.#onTrouble(natsErrorOf(cause, `Cannot read ${this.#stream}`)))
  }

  #start() {
    const { sequence } = this.#follower
    if (sequence > 0) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: sequence + 1 }
    if (!this.#isLog) return { deliver_policy: DeliverPolicy.LastPerSubject }
    return this.#since === undefined
      ? { deliver_policy: DeliverPolicy.All }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: this.#since.toISOString() }
  }

  /** Takes messages, as many as may wait. The latest records of a whole book always may. */
  async #pump(open: OpenConsumer): Promise<void> {
    for await (const message of open.messages) {
      if (this.#open !== open) return
      this.#take(message)
      while (this.#isLog && this.#follower.waiting >= mostWaiting && this.#open === open) {
        this.#isFull = true
        await new Promise<void>((resolve) => this.#goOn = resolve)
        this.#isFull = false
        this.#takenAt = performance.now()
      }
    }
  }

  #take(message: JsMsg): void {
    const now = performance.now()
    this.#takenAt = now
    const { streamSequence: sequence } = message.info
    const text = this.#pieces.join(message)
    if (text === undefined) this.#follower.pass(sequence, now)
    else {
      const { record, fault } = readRecord(text)
      if (record !== undefined) this.#follower.take({ record, sequence }, now)
      else this.#reject(sequence, fault, now)
    }
    this.#wake()
  }

  #reject(sequence: number, fault: string, now: number): void {
    this.#follower.reject(sequence, now)
    this.#onTrouble(
      new NatsError("stream", `A message of ${this.#stream} is not a record of changes (${fault}): no price is live.`),
    )
  }

  #close(): void {
    const open = this.#open
    this.#open = undefined
    open?.messages.stop()
    this.#goOn()
    // Not waited for: an ordered consumer is removed by the server a while after its reader has gone.
    if (this.#link.isUp) open?.consumer.delete().catch(ignore)
  }
}

interface OpenConsumer {
  readonly consumer: Consumer
  readonly messages: ConsumerMessages
}

const ignore = (): void => {}
