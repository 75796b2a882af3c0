/** The records of one sink, for any number of clients with filters of their own. */
import type { Coalescing } from "@boltodds/lane"
import { filter, type Processor, ProcessorRun } from "@boltodds/pipeline"
import type { Batch, Envelope, Sink } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import { Client, type CutReason } from "../client/Client.ts"
import type { ClientPort } from "../client/ClientPort.ts"
import type { Limits } from "../limits.ts"
import { type ClientFilter, ClientMistake, filterKey, namesHold, takesAll } from "./Filter.ts"
import { FilteredStream } from "./FilteredStream.ts"
import { Health } from "./Health.ts"

/** What a stream must know of its records. */
export interface StreamRecords<A> {
  /** The emit that makes them: clients ask for it by this name. */
  readonly emit: string
  /** The run of records that name none. */
  readonly run: string
  /** How they are merged. Absent: a client that joins gets controls and then the tail, and a slow one is not helped. */
  readonly coalescing?: Coalescing<A> | undefined
  /** The records that meet a condition, see `Emit` of `@boltodds/pipeline`. Default: `filter`. */
  readonly view?: ((holds: (value: A) => boolean) => Processor<never, A>) | undefined
  /**
   * Makes a function of the condition of a client. Throws an error whose message says what is wrong with it. Absent:
   * conditions are refused.
   */
  readonly condition?: ((text: string) => (value: unknown) => boolean) | undefined
}

/** What a stream counts. */
export interface StreamCounts {
  readonly clients: number
  /** Clients that get merged records now. */
  readonly slow: number
  readonly filters: number
  readonly games: number
  /** Records that came so far. */
  readonly records: number
  /** Clients that were cut off so far. */
  readonly cut: number
}

/** The records of one sink, and its clients. */
export class RecordStream<A> {
  readonly records: StreamRecords<A>
  readonly health: Health = new Health()
  readonly #limits: Limits
  readonly #onCut: (why: CutReason) => void
  readonly #all: FilteredStream<A>
  readonly #filtered = new Map<string, FilteredStream<A>>()
  /** Of each client the records that it gets. */
  readonly #clients = new Map<Client<A>, FilteredStream<A>>()
  #count = 0
  #cut = 0
  /** When the last records came. */
  #writtenAt: number | undefined

  constructor(records: StreamRecords<A>, limits: Limits, onCut: (why: CutReason) => void = () => {}) {
    this.records = records
    this.#limits = limits
    this.#onCut = onCut
    this.#all = this.#open(undefined)
  }

  get counts(): StreamCounts {
    let slow = 0
    for (const client of this.#clients.keys()) if (client.isSlow) slow += 1
    const filters = this.#filtered.size
    return { clients: this.#clients.size, slow, filters, games: this.#all.games, records: this.#count, cut: this.#cut }
  }

  /** The sink that fills it. A batch is delivered when it is with all clients or waits for them. */
  get sink(): Sink<A> {
    return { guarantee: "at-most-once", write: (batch) => Effect.sync(() => this.write(batch)) }
  }

  /** Takes the next records. */
  write({ envelopes }: Pick<Batch<A>, "envelopes">): void {
    this.#count += envelopes.length
    this.#writtenAt = performance.now()
    this.health.read(envelopes)
    // First: its snapshot is the beginning of the others.
    this.#all.write(envelopes)
    for (const filtered of this.#filtered.values()) filtered.write(envelopes)
  }

  /**
   * Adds a client, all at once: a snapshot or what it missed, then the tail. `open` is called once it can be taken. Throws
   * {@link ClientMistake}.
   */
  join(open: () => ClientPort, asked: ClientFilter, after: string | undefined): Client<A> {
    const filtered = this.#filteredBy(asked)
    const port = open()
    const { run, coalescing } = this.records
    const client = new Client<A>(port, {
      run,
      limits: this.#limits,
      rules: coalescing,
      onCut: (why) => {
        this.#leave(client)
        this.#cut += 1
        this.#onCut(why)
      },
    })
    this.#clients.set(client, filtered)
    port.onClose(() => this.#leave(client))
    filtered.join(client, after, this.#age)
    return client
  }

  get #age(): number | undefined {
    return this.#writtenAt === undefined ? undefined : performance.now() - this.#writtenAt
  }

  /** Throws {@link ClientMistake} if a client cannot have this filter now. */
  requireFilter(asked: ClientFilter): void {
    this.#filteredBy(asked)
  }

  /** Gives a client another filter; it gets a new snapshot. Throws {@link ClientMistake}. */
  change(client: Client<A>, asked: ClientFilter): void {
    const before = this.#clients.get(client)
    if (before === undefined) return
    const filtered = this.#filteredBy(asked)
    before.leave(client)
    this.#clients.set(client, filtered)
    filtered.join(client, undefined, this.#age)
  }

  /** All that is known within a filter, in one group. Throws {@link ClientMistake}. */
  snapshot(asked: ClientFilter): ReadonlyArray<Envelope<A>> {
    if (takesAll(asked)) return this.#all.snapshot()
    const known = this.#filtered.get(filterKey(asked))
    return (known ?? this.#open(asked)).snapshot()
  }

  /** Pings all clients, cuts off those that take nothing, and forgets filters that nobody has. */
  sweep(now: number, pings: boolean): void {
    for (const client of this.#clients.keys()) {
      if (pings) client.port.ping()
      client.check(now)
    }
    for (const [key, filtered] of this.#filtered) {
      if (filtered.clients.size === 0 && now - filtered.emptySince >= this.#limits.ringMillis) {
        this.#filtered.delete(key)
      }
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const { port } of this.#clients.keys()) port.close(1001, "the stream is over")
    this.#clients.clear()
    this.#filtered.clear()
  }

  #leave(client: Client<A>): void {
    this.#clients.get(client)?.leave(client)
    this.#clients.delete(client)
  }

  #filteredBy(asked: ClientFilter): FilteredStream<A> {
    if (takesAll(asked)) return this.#all
    const key = filterKey(asked)
    const known = this.#filtered.get(key)
    if (known !== undefined) return known
    if (this.#filtered.size >= this.#limits.filters && !this.#forgetOne()) {
      throw new ClientMistake(
        `Cannot take another filter: ${this.#limits.filters} different ones are in use. Use one of them, or filter the records yourself`,
        503,
      )
    }
    const made = this.#open(asked)
    this.#filtered.set(key, made)
    return made
  }

  /** Makes room for a filter: forgets one that nobody has. */
  #forgetOne(): boolean {
    for (const [key, filtered] of this.#filtered) {
      if (filtered.clients.size === 0) return this.#filtered.delete(key)
    }
    return false
  }

  #open(asked: ClientFilter | undefined): FilteredStream<A> {
    const processing = asked === undefined ? undefined : this.#processing(asked)
    const { run, coalescing: rules } = this.records
    const beginning = processing === undefined ? [] : this.#all.snapshot()
    return new FilteredStream({ run, rules, limits: this.#limits, processing }, beginning)
  }

  #processing(asked: ClientFilter): ProcessorRun<A, A> {
    const names = namesHold(asked)
    const condition = asked.where === undefined ? undefined : this.#condition(asked.where)
    const holds = (value: A): boolean => names(value) && (condition === undefined || condition(value))
    // A view takes the records of its own emit, which types cannot say.
    return new ProcessorRun<A, A>((this.records.view?.(holds) ?? filter<A>(holds)) as Processor<A, A>)
  }

  #condition(text: string): (value: unknown) => boolean {
    const { condition } = this.records
    if (condition === undefined) {
      throw new ClientMistake("Cannot use a condition: this stream takes none. Use sport, sportsbook and game")
    }
    try {
      return condition(text)
    } catch (cause) {
      throw new ClientMistake(cause instanceof Error ? cause.message : String(cause))
    }
  }
}
