/** An envelope as it comes out of the file. */
import type { ControlValue, Envelope } from "@boltodds/sink"
import type { SQLOutputValue } from "node:sqlite"

/** A row of `entries`, with the run's name and, where it was given before, what `taken` says. */
export type Row = Record<string, SQLOutputValue>

/** A run as its entries name it. */
export interface NamedRun {
  readonly name: string
  /** The opening of the store that filled it. */
  readonly term: number
}

/** What the store knows of an envelope beyond what its lane does. */
interface Held {
  readonly id: number
  readonly grp: number
  /** Which run of which opening: names come again where a recording is replayed. */
  readonly runId: number
  readonly arrivedAt: number
  readonly size: number
  readonly key: string | undefined
  /** A newer record of the same key waited when it was first taken. */
  superseded: boolean
  /** A newer record of the same key has been seen. */
  newer: boolean
  /** How often it was taken before this time. */
  readonly times: number
}

/** An envelope with its value parsed on first use: many sinks only want the text. */
export class StoredEnvelope<V, Tag extends "Record" | "Control"> implements Held {
  readonly _tag: Tag
  readonly seq: number
  readonly part: number
  readonly origin: string | undefined
  readonly at: number
  readonly session: string
  readonly epoch: number
  readonly run: string
  readonly term: number
  readonly last: boolean
  readonly text: string
  readonly id: number
  readonly grp: number
  readonly runId: number
  readonly arrivedAt: number
  readonly size: number
  readonly key: string | undefined
  readonly times: number
  superseded: boolean
  newer: boolean
  #value: V | undefined

  constructor(tag: Tag, row: Row, { name, term }: NamedRun) {
    this._tag = tag
    this.seq = Number(row["seq"])
    this.part = Number(row["part"])
    this.origin = row["origin"] === null ? undefined : String(row["origin"])
    this.at = Number(row["at"])
    this.session = String(row["session"])
    this.epoch = Number(row["epoch"])
    this.run = name
    this.term = term
    this.last = row["last"] === 1
    this.text = String(row["text"])
    this.id = Number(row["id"])
    this.grp = Number(row["grp"])
    this.runId = Number(row["run"])
    this.arrivedAt = Number(row["arrived_at"])
    this.size = Number(row["size"])
    this.key = row["key"] === null ? undefined : String(row["key"])
    this.times = Number(row["times"])
    this.superseded = row["superseded"] === 1
    this.newer = row["newer"] === 1
  }

  get value(): V {
    return this.#value ??= JSON.parse(this.text) as V
  }
}

/** An envelope of this store: what it gives, and what it is given back. */
export type Stored<A> = Envelope<A> & Held

/** The envelope of a row. */
export const envelopeOf = <A>(row: Row, run: NamedRun): Stored<A> =>
  row["control"] === 1
    ? new StoredEnvelope<ControlValue, "Control">("Control", row, run)
    : new StoredEnvelope<A, "Record">("Record", row, run)
