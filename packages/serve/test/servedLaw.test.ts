/** What a reader of a server may believe: cut anywhere, slow, and with servers that are started again. */
import { changeCoalescing } from "@boltodds/lane"
import { changes, where } from "@boltodds/pipeline"
import { type Book, type Change, type Control, emptyBook, fold, SourceControls } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { type Draft, make, snapshot, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { History, LaneReader } from "../../pipeline/test/LaneReader.ts"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { limitsOf } from "../src/limits.ts"
import { ServedFollower } from "../src/reader/ServedFollower.ts"
import { RecordStream } from "../src/stream/RecordStream.ts"
import { MemoryPort } from "./MemoryPort.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/serve/test/servedLaw
const runs = Number(process.env["LAW_RUNS"] ?? 30)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const staleMillis = 25_000
const clock = "2026-07-16T00:00:00.000Z"

/** What there is to know of the lines. */
const linesOf = ({ games, staleSessions, staleBooks, lossy }: Book): unknown => ({
  lines: [...games].filter(([, { lines }]) => lines.size > 0).toSorted(([one], [other]) => one < other ? -1 : 1)
    .map(([id, { lines }]) => [id, [...lines.values()].toSorted((one, other) => one.outcome < other.outcome ? -1 : 1)]),
  stale: [[...staleSessions].toSorted(), [...staleBooks].toSorted()],
  lossy,
})

/** What happened in the lives: without it they would prove little. */
interface Seen {
  restarts: number
  cuts: number
  resumed: number
  snapshots: number
  slow: number
  stale: number
}

/** A process that serves the records of a feed, or of another server, and is started again now and then. */
class Server {
  stream: RecordStream<Change>
  readonly #limits: ReturnType<typeof limitsOf>
  #started = 0

  constructor(limits: ReturnType<typeof limitsOf>) {
    this.#limits = limits
    this.stream = this.#open("01J00000000000000000000000")
  }

  #open(run: string): RecordStream<Change> {
    return new RecordStream<Change>({ emit: "changes", run, coalescing: changeCoalescing, view: where }, this.#limits)
  }

  /** Another process: of a server that reads another one, the run stays, and all begins with a snapshot of its own. */
  restart(
    run: string,
    known: ReadonlyArray<Change | Control>,
    envelopesOf: (records: ReadonlyArray<Change | Control>) => ReadonlyArray<Envelope<Change>>,
  ): void {
    this.stream.close()
    this.stream = this.#open(run)
    const own = new SourceControls(`serve:odds/${++this.#started}`).snapshot(known)
    if (own.length > 0) this.stream.write({ envelopes: envelopesOf(own) })
  }
}

/** A reader, its connection, and what it believes. */
class Reader {
  readonly follower: ServedFollower
  readonly faults: Array<string> = []
  readonly #believer = new LaneReader()
  readonly #histories: ReadonlyMap<string, History>
  readonly #seen: Seen
  readonly wrong: Array<string> = []
  port: MemoryPort | undefined
  /** Its records, with what the server said of the beginnings. */
  readonly given: Array<Change | Control> = []

  constructor(histories: ReadonlyMap<string, History>, seen: Seen) {
    this.#histories = histories
    this.#seen = seen
    this.follower = new ServedFollower({
      origin: "serve:odds",
      staleMillis,
      onFault: (fault) => this.faults.push(fault),
    })
  }

  get book(): Book {
    return this.#believer.book
  }

  dial({ stream }: Server): void {
    const { after } = this.follower
    const port = new MemoryPort("placed")
    this.port = port
    stream.join(() => port, {}, after === "" ? undefined : after)
    this.follower.connected()
  }

  cut(): void {
    this.port?.cut()
    this.port = undefined
    this.follower.disconnected()
  }

  read(now: number): void {
    for (const message of this.port?.readMessages() ?? []) {
      if (message.startsWith('{"stream":"snapshot"')) this.#seen.snapshots += 1
      if (message.startsWith('{"stream":"resumed"')) this.#seen.resumed += 1
      this.follower.take(message, now)
    }
  }

  /** Its reader gets what there is. */
  give(now: number): void {
    const records = this.follower.give(now, clock)
    for (const record of records) this.#believer.take(record)
    this.given.push(...records)
    if (records.length === 0) return
    if (records.some((record) => "control" in record && record.control === "stale" && record.origin === "serve:odds")) {
      this.#seen.stale += 1
    }
    for (const belief of this.#believer.falseBeliefs(this.#histories)) {
      this.wrong.push(`${belief}, after ${JSON.stringify(records.at(-1))}`)
    }
  }
}

const live = (seed: number, seen: Seen): void => {
  const random = generator(seed ^ 0x5e2d)
  const below = (n: number): number => Math.floor(random() * n)
  const server = new Server(limitsOf({
    ringRecords: [5, 60, 100_000][below(3)]!,
    slowBytes: [600, 4_000, 1e9][below(3)]!,
    maxBytes: below(4) === 0 ? 30_000 : 1e9,
  }))
  const histories = new Map<string, History>()
  const readers = Array.from({ length: 3 }, () => new Reader(histories, seen))
  let now = 0
  let book = (): ReadonlyArray<Change | Control> => []
  let isOver = false

  const turn = (): void => {
    now += below(50) === 0 ? 30_000 : below(200)
    for (const reader of readers) {
      const { port } = reader
      if (port === undefined) {
        if (isOver || below(3) === 0) reader.dial(server)
      } else if (port.closedWith !== undefined || !isOver && below(15) === 0) {
        // Cut, wherever in a message that is.
        port.take(below(5_000))
        reader.read(now)
        reader.cut()
        seen.cuts += 1
      } else port.take([Infinity, below(1_500), below(300), 0][below(4)]!)
      reader.read(now)
      // A reader that is slow takes what waits now and then.
      if (below(3) > 0) reader.give(now)
    }
    if (server.stream.counts.slow > 0) seen.slow += 1
  }

  // Two runs: a server that reads a feed is another run each time that it starts.
  for (const [index, run] of ["01J00000000000000000000001", "01J00000000000000000000002"].entries()) {
    const history = new History()
    histories.set(run, history)
    const making = thaw(make({ run }))
    let beginning: Change | Control | undefined
    book = () => bookOf(making, beginning)
    const emission = changes().open({ state: { run } })
    const envelopesOf = (records: ReadonlyArray<Change | Control>) =>
      changes().open({ state: { run } }).snapshot!(records)
    if (index > 0) server.restart(run, [], envelopesOf)
    const { events } = scenario(seed + 7_000 * index)
    for (let from = 0; from < events.length;) {
      const size = 1 + below(6)
      const steps = making.apply(events.slice(from, from + size))
      from += size
      const records = steps.flatMap((step) => step.records)
      beginning ??= records[0]
      history.take(records)
      const envelopes = emission.of(steps)
      if (envelopes.length > 0) server.stream.write({ envelopes })
      if (below(25) === 0) {
        server.restart(run, book(), envelopesOf)
        seen.restarts += 1
      }
      turn()
    }
  }
  // Nothing new comes any more, and all take what there is.
  isOver = true
  const settle = (): void => {
    for (let left = 20; left > 0; left--) {
      now += 10
      for (const reader of readers) {
        if (reader.port === undefined || reader.port.closedWith !== undefined) {
          reader.cut()
          reader.dial(server)
        }
        for (let taken = 0; taken < 1_000 && reader.port!.backlogBytes > 0; taken++) reader.port!.take(2_000)
        reader.read(now)
        reader.give(now)
      }
    }
  }
  const expected = fold(emptyBook, book())
  settle()
  for (const { book, faults } of readers) {
    expect(faults, `seed ${seed}`).toEqual([])
    // What is stale since nothing comes is so for the reader alone.
    expect(linesOf({ ...book, staleSessions: expected.staleSessions }), `seed ${seed}`).toEqual(linesOf(expected))
    for (const session of expected.staleSessions) expect(book.staleSessions, `seed ${seed}`).toContain(session)
  }
  // A reader that connects now knows that the server lives, and how old its newest record is.
  for (const reader of readers) reader.cut()
  settle()
  for (const { book, wrong } of readers) {
    expect(wrong, `seed ${seed}`).toEqual([])
    expect(linesOf(book), `seed ${seed}`).toEqual(linesOf(expected))
  }
}

/** The beginning of the run, and the whole book: what a process that joins gets. Nothing before the beginning. */
const bookOf = (draft: Draft, beginning: Change | Control | undefined): ReadonlyArray<Change | Control> =>
  beginning === undefined ? [] : [beginning, ...snapshot(draft.seal())]

describe("a reader of a server", () => {
  it("never believes a price live that was not, and ends with the exact book", () => {
    const seen: Seen = { restarts: 0, cuts: 0, resumed: 0, snapshots: 0, slow: 0, stale: 0 }
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) live(seed, seen)
    for (const [name, count] of Object.entries(seen)) expect([name, count > runs / 2]).toEqual([name, true])
  }, 240_000 + runs * 1_000)
})
