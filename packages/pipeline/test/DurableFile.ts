/** A store that outlasts its process, as the outbox is one: a file that is kept in memory, and read anew after a crash. */
import type { Change } from "@boltodds/protocol"
import { type ControlValue, type Envelope, envelopeBytes, type Store, type StoreLimits } from "@boltodds/sink"

interface Row {
  readonly id: number
  readonly group: number
  readonly envelope: Envelope<Change>
  readonly arrivedAt: number
  /** The batch that it was given in, by whichever process. */
  batch: number | undefined
}

/** What is on the disk. */
export class DurableFile {
  rows: Array<Row> = []
  nextId = 1
  nextBatch = 1
  isLossy = false

  term = 0

  open(run: string): Store<Change> {
    this.term += 1
    return new DurableStore(this, run)
  }
}

class DurableStore implements Store<Change> {
  readonly isDurable = true
  readonly restored: number
  readonly isLossy: boolean
  readonly term: number
  readonly #file: DurableFile
  readonly #run: string
  /** What an earlier process had taken comes first, batch by batch. */
  readonly #unfinished: Array<number>
  readonly #taken = new Set<Envelope<Change>>()

  constructor(file: DurableFile, run: string) {
    this.#file = file
    this.#run = run
    this.restored = file.rows.length
    this.isLossy = file.isLossy
    this.term = file.term
    this.#unfinished = [...new Set(file.rows.flatMap(({ batch }) => batch ?? []))].sort((a, b) => a - b)
  }

  markLossy(isLossy: boolean): void {
    this.#file.isLossy = isLossy
  }

  get records(): number {
    return this.#file.rows.length
  }
  get bytes(): number {
    return weight(this.#file.rows)
  }
  get waiting(): number {
    return this.#waiting.length
  }
  get waitingBytes(): number {
    return weight(this.#waiting)
  }

  get #waiting(): ReadonlyArray<Row> {
    return this.#file.rows.filter(({ envelope }) => !this.#taken.has(envelope))
  }

  add(envelopes: ReadonlyArray<Envelope<Change>>, now: number): number {
    let group = this.#file.nextId
    for (const envelope of envelopes) {
      const row = { group, envelope: written(envelope, this.#run), arrivedAt: now, batch: undefined }
      this.#file.rows.push({ ...row, id: this.#file.nextId++ })
      if (envelope.last) group = this.#file.nextId
    }
    return 0
  }

  take({ records }: StoreLimits): ReadonlyArray<Envelope<Change>> {
    for (let batch = this.#unfinished.shift(); batch !== undefined; batch = this.#unfinished.shift()) {
      const rows = this.#file.rows.filter((row) => row.batch === batch)
      if (rows.length > 0) return this.#give(rows, batch)
    }
    const waiting = this.#waiting
    const given: Array<Row> = []
    for (let from = 0; from < waiting.length;) {
      const group = waiting.filter((row) => row.group === waiting[from]!.group)
      const isOther = given.length > 0 && group[0]!.envelope.run !== given[0]!.envelope.run
      if (given.length > 0 && (given.length + group.length > records || isOther)) break
      given.push(...group)
      from += group.length
    }
    return this.#give(given, this.#file.nextBatch++)
  }

  #give(rows: ReadonlyArray<Row>, batch: number): ReadonlyArray<Envelope<Change>> {
    for (const row of rows) {
      row.batch = batch
      this.#taken.add(row.envelope)
    }
    return rows.map(({ envelope }) => envelope)
  }

  split(second: ReadonlyArray<Envelope<Change>>): void {
    const own = this.#file.rows.filter(({ envelope }) => second.includes(envelope))
    const from = own[0]?.batch
    if (from === undefined) return
    this.#file.nextBatch++
    for (const row of this.#file.rows) if (row.batch !== undefined && row.batch > from) row.batch++
    this.#unfinished.forEach((batch, index) => {
      if (batch > from) this.#unfinished[index] = batch + 1
    })
    for (const row of own) row.batch = from + 1
  }

  settle(envelopes: ReadonlyArray<Envelope<Change>>): void {
    const gone = new Set(envelopes.filter((envelope) => this.#taken.delete(envelope)))
    this.#file.rows = this.#file.rows.filter(({ envelope }) => !gone.has(envelope))
  }

  dropUntil(bounds: StoreLimits): ReadonlyArray<Envelope<Change>> {
    const given: Array<Row> = []
    for (const row of this.#waiting) {
      if (this.records - given.length <= bounds.records && row.group !== given.at(-1)?.group) break
      given.push(row)
    }
    return this.#giveUp(given)
  }

  expire(before: number): ReadonlyArray<Envelope<Change>> {
    return this.#giveUp(this.#waiting.filter(({ arrivedAt }) => arrivedAt < before))
  }

  older(envelopes: ReadonlyArray<Envelope<Change>>, before: number): ReadonlyArray<Envelope<Change>> {
    const old = new Set(this.#file.rows.flatMap((row) => row.arrivedAt < before ? row.envelope : []))
    return envelopes.filter((envelope) => old.has(envelope))
  }

  clear(): ReadonlyArray<Envelope<Change>> {
    return this.#giveUp(this.#waiting)
  }

  #giveUp(rows: ReadonlyArray<Row>): ReadonlyArray<Envelope<Change>> {
    const gone = new Set(rows)
    this.#file.rows = this.#file.rows.filter((row) => !gone.has(row))
    return rows.map(({ envelope }) => envelope)
  }
}

const weight = (rows: ReadonlyArray<Row>): number =>
  rows.reduce((sum, { envelope }) => sum + envelopeBytes(envelope), 0)

/** As it comes out of a file: with its run, and its value read from its text. */
const written = (envelope: Envelope<Change>, run: string): Envelope<Change> => {
  const { _tag, seq, part, origin, at, session, epoch, last, text } = envelope
  const stamp = { seq, part, origin, at, session, epoch, last, text, run: envelope.run ?? run }
  return _tag === "Record"
    ? { ...stamp, _tag, value: JSON.parse(text) as Change }
    : { ...stamp, _tag, value: JSON.parse(text) as ControlValue }
}
