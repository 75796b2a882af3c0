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

/** What an envelope is made of, but for the name of its run. */
export interface StoredFields {
  readonly seq: number
  readonly part: number
  readonly origin: string | undefined
  readonly at: number
  readonly session: string
  readonly epoch: number
  readonly last: boolean
  readonly text: string
  readonly id: number
  readonly grp: number
  readonly runId: number
  readonly arrivedAt: number
  readonly size: number
  readonly key: string | undefined
  readonly times: number
  readonly superseded: boolean
  readonly newer: boolean
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

  constructor(tag: Tag, fields: StoredFields, { name, term }: NamedRun) {
    this._tag = tag
    this.seq = fields.seq
    this.part = fields.part
    this.origin = fields.origin
    this.at = fields.at
    this.session = fields.session
    this.epoch = fields.epoch
    this.run = name
    this.term = term
    this.last = fields.last
    this.text = fields.text
    this.id = fields.id
    this.grp = fields.grp
    this.runId = fields.runId
    this.arrivedAt = fields.arrivedAt
    this.size = fields.size
    this.key = fields.key
    this.times = fields.times
    this.superseded = fields.superseded
    this.newer = fields.newer
  }

  get value(): V {
    return this.#value ??= JSON.parse(this.text) as V
  }
}

/** An envelope of this store, as `take` gives it and `settle` gets it. */
export type Stored<A> = Envelope<A> & Held

/** The envelope with these fields. */
export const storedEnvelope = <A>(tag: "Record" | "Control", fields: StoredFields, run: NamedRun): Stored<A> =>
  tag === "Control"
    ? new StoredEnvelope<ControlValue, "Control">(tag, fields, run)
    : new StoredEnvelope<A, "Record">(tag, fields, run)

/** The envelope of a row. */
export const envelopeOf = <A>(row: Row, run: NamedRun): Stored<A> =>
  storedEnvelope(row["control"] === 1 ? "Control" : "Record", {
    seq: Number(row["seq"]),
    part: Number(row["part"]),
    origin: row["origin"] === null ? undefined : String(row["origin"]),
    at: Number(row["at"]),
    session: String(row["session"]),
    epoch: Number(row["epoch"]),
    last: row["last"] === 1,
    text: String(row["text"]),
    id: Number(row["id"]),
    grp: Number(row["grp"]),
    runId: Number(row["run"]),
    arrivedAt: Number(row["arrived_at"]),
    size: Number(row["size"]),
    key: row["key"] === null ? undefined : String(row["key"]),
    times: Number(row["times"]),
    superseded: row["superseded"] === 1,
    newer: row["newer"] === 1,
  }, run)
