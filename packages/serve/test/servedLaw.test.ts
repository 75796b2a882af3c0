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
import { RecordStream } from "../src/stream/RecordStream.ts"
import { ServedLink } from "./ServedLink.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/serve/test/servedLaw
const runs = Number(process.env["LAW_RUNS"] ?? 30)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
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

/** A reader, and what it believes. */
class Reader {
  readonly link = new ServedLink("serve:odds")
  readonly wrong: Array<string> = []
  readonly #believer = new LaneReader()
  readonly #histories: ReadonlyMap<string, History>
  stale = 0

  constructor(histories: ReadonlyMap<string, History>) {
    this.#histories = histories
  }

  get book(): Book {
    return this.#believer.book
  }

  /** Its reader gets what there is. */
  give(now: number): void {
    const records = this.link.follower.give(now, clock)
    for (const record of records) this.#believer.take(record)
    if (records.length === 0) return
    if (records.some((record) => "control" in record && record.control === "stale" && record.origin === "serve:odds")) {
      this.stale += 1
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
  const readers = Array.from({ length: 3 }, () => new Reader(histories))
  let now = 0
  let book = (): ReadonlyArray<Change | Control> => []

  const turn = (): void => {
    now += below(50) === 0 ? 30_000 : below(200)
    for (const reader of readers) {
      const { link } = reader
      const { port } = link
      if (port === undefined) {
        if (below(3) === 0) link.dial(server.stream)
      } else if (port.closedWith !== undefined || below(15) === 0) {
        // Cut, wherever in a message that is.
        port.take(below(5_000))
        link.read(now)
        link.cut()
        seen.cuts += 1
      } else port.take([Infinity, below(1_500), below(300), 0][below(4)]!)
      link.read(now)
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
  const settle = (): void => {
    for (let left = 20; left > 0; left--) {
      now += 10
      for (const reader of readers) {
        reader.link.settle(server.stream, now)
        reader.give(now)
      }
    }
  }
  const expected = fold(emptyBook, book())
  settle()
  for (const { book, link } of readers) {
    expect(link.faults, `seed ${seed}`).toEqual([])
    // What is stale since nothing comes is so for the reader alone.
    expect(linesOf({ ...book, staleSessions: expected.staleSessions }), `seed ${seed}`).toEqual(linesOf(expected))
    for (const session of expected.staleSessions) expect(book.staleSessions, `seed ${seed}`).toContain(session)
  }
  // A reader that connects now knows that the server lives, and how old its newest record is.
  for (const { link } of readers) link.cut()
  settle()
  for (const { book, wrong, link, stale } of readers) {
    seen.snapshots += link.snapshots
    seen.resumed += link.resumed
    seen.stale += stale
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
