/** All clients with one filter: what they get is processed and written down once. */
import type { Coalescing } from "@boltodds/lane"
import type { ProcessorRun } from "@boltodds/pipeline"
import { type Envelope, withLast } from "@boltodds/sink"
import type { Client } from "../client/Client.ts"
import { encodeRecords, type Encoding, isPlaced, messageFrame } from "../client/frames.ts"
import { streamLine } from "../reader/lines.ts"
import type { Limits } from "../limits.ts"
import { LatestTable } from "./LatestTable.ts"
import { Ring, type RingPlace } from "./Ring.ts"

/** What a {@link FilteredStream} is made with. */
export interface FilteredStreamOptions<A> {
  /** The run of records that name none. */
  readonly run: string
  readonly rules: Coalescing<A> | undefined
  readonly limits: Limits
  /** Its processor; undefined if everything passes. */
  readonly processing: ProcessorRun<A, A> | undefined
}

interface CachedSnapshot<A> {
  /** All records but the final one, which ends the group. */
  readonly pieces: ReadonlyArray<Uint8Array>
  readonly final: Envelope<A>
  /** How many records of the ring it includes. */
  readonly count: number
  readonly records: number
  readonly madeAt: number
}

/** How long the bytes of a snapshot are kept for further clients. */
const cacheMillis = 10_000

/** The bytes of a snapshot are used again while it has so many times the records that came since. */
const reuse = 16

/** These records as one group: nobody acts on a part of it. */
const oneGroup = <A>(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> =>
  envelopes.map((envelope, index) => withLast(envelope, index === envelopes.length - 1))

/** The records within one filter, and the clients that get them. */
export class FilteredStream<A> {
  readonly clients = new Set<Client<A>>()
  /** When its last client left. */
  emptySince = performance.now()
  readonly #options: FilteredStreamOptions<A>
  readonly #table: LatestTable<A>
  readonly #ring: Ring<A>
  readonly #snapshots = new Map<Encoding, CachedSnapshot<A>>()

  /** `beginning`: all that is known so far, unfiltered. */
  constructor(options: FilteredStreamOptions<A>, beginning: ReadonlyArray<Envelope<A>>) {
    const { limits, rules } = options
    this.#options = options
    this.#table = new LatestTable(rules)
    this.#ring = new Ring({ records: limits.ringRecords, bytes: limits.ringBytes })
    if (beginning.length > 0) this.#table.add(this.#process(beginning))
  }

  /** How many games are known. */
  get games(): number {
    return this.#table.games
  }

  /** Takes the next records, whole groups, and sends them to all clients. */
  write(envelopes: ReadonlyArray<Envelope<A>>): void {
    const passed = this.#process(envelopes)
    if (passed.length === 0) return
    this.#table.add(passed)
    this.#ring.add(passed)
    this.#dropOld()
    const made = new Map<Encoding, ReadonlyArray<Uint8Array>>()
    const shared = (encoding: Encoding): ReadonlyArray<Uint8Array> => {
      let pieces = made.get(encoding)
      if (pieces === undefined) made.set(encoding, pieces = this.#encode(passed, encoding))
      return pieces
    }
    for (const client of this.clients) client.send(passed, shared)
  }

  /** All that is known, as records in one group. */
  snapshot(): ReadonlyArray<Envelope<A>> {
    return this.#table.snapshot()
  }

  /**
   * Adds a client. It gets what came after this place, or else a snapshot. `age`: how long ago the last record came, in
   * milliseconds; undefined if none has.
   */
  join(client: Client<A>, after: string | undefined, age: number | undefined): void {
    const { encoding } = client
    const missed = after === undefined ? undefined : this.#ring.after(after)
    const pieces = missed === undefined ? this.#beginning(encoding) : this.#encode(missed, encoding)
    if (!isPlaced(encoding)) client.begin(pieces)
    else {
      const first = streamLine(missed === undefined ? { stream: "snapshot" } : { stream: "resumed" })
      const last = streamLine({ stream: "current", age_ms: age === undefined ? null : Math.round(age) })
      client.begin([messageFrame(first, encoding), ...pieces, messageFrame(last, encoding)])
    }
    this.clients.add(client)
  }

  leave(client: Client<A>): void {
    this.clients.delete(client)
    if (this.clients.size === 0) this.emptySince = performance.now()
  }

  /** The bytes of a snapshot: those of an earlier one with what came since, where that is less work. One group. */
  #beginning(encoding: Encoding): ReadonlyArray<Uint8Array> {
    const { run } = this.#options
    const known = this.#snapshots.get(encoding)
    const since = known === undefined ? undefined : this.#ring.from(known.count)
    if (known !== undefined && since !== undefined && since.length * reuse <= known.records) {
      const rest = oneGroup([known.final, ...since])
      return [...known.pieces, ...encodeRecords(rest, encoding, { run, end: this.#end, isSnapshot: true })]
    }
    const records = this.snapshot()
    const final = records.at(-1)
    if (final === undefined) return []
    const pieces = encodeRecords(records.slice(0, -1), encoding, { run })
    const made = { pieces, final, count: this.#ring.count, records: records.length, madeAt: performance.now() }
    this.#snapshots.set(encoding, made)
    return [...pieces, ...encodeRecords([final], encoding, { run, end: this.#end, isSnapshot: true })]
  }

  /** The place after all that came. */
  get #end(): RingPlace {
    return { ring: this.#ring.name, count: this.#ring.count }
  }

  #dropOld(): void {
    if (this.#snapshots.size === 0) return
    const before = performance.now() - cacheMillis
    for (const [encoding, { madeAt }] of this.#snapshots) if (madeAt < before) this.#snapshots.delete(encoding)
  }

  #encode(records: ReadonlyArray<Envelope<A>>, encoding: Encoding): ReadonlyArray<Uint8Array> {
    return encodeRecords(records, encoding, { run: this.#options.run, end: this.#end })
  }

  #process(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const { processing } = this.#options
    return processing === undefined ? envelopes : processing.turn(envelopes, -Infinity)
  }
}
