/**
 * What a reader may believe at the end of a chain: a feed, a process that serves it, a worker that reads from that and serves
 * as well. Both connections are cut and slow, and the worker and its server are started again.
 */
import { changeCoalescing } from "@boltodds/lane"
import { changes, where } from "@boltodds/pipeline"
import { type Book, type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { make, snapshot, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { RecordReducer } from "../../pipeline/src/hub/RecordReducer.ts"
import { History, LaneReader } from "../../pipeline/test/LaneReader.ts"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { type Limits, limitsOf } from "../src/limits.ts"
import { RecordStream } from "../src/stream/RecordStream.ts"
import { ServedLink } from "./ServedLink.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/serve/test/chainLaw
const runs = Number(process.env["LAW_RUNS"] ?? 20)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const clock = "2026-07-16T00:00:00.000Z"
const run = "01J00000000000000000000001"

const open = (limits: Limits) =>
  new RecordStream<Change>({ emit: "changes", run, coalescing: changeCoalescing, view: where }, limits)

/** A process that reads from a server, and serves. */
class Worker {
  readonly link: ServedLink
  readonly #name: string
  readonly #limits: Limits
  readonly #reducer: RecordReducer
  readonly #emission = changes().open({ state: { run } })
  stream: RecordStream<Change>
  #opened = 0
  #part = 1

  constructor(name: string, limits: Limits) {
    this.#name = name
    this.#limits = limits
    this.link = new ServedLink(`serve:odds/${name}`)
    this.#reducer = new RecordReducer({ run: name, now: () => 0 })
    this.stream = open(limits)
  }

  /** Passes on what there is. */
  work(now: number): void {
    const records = this.link.follower.give(now, clock)
    if (records.length === 0) return
    const envelopes = this.#emission.of(this.#reducer.apply([records]))
    if (envelopes.length > 0) this.stream.write({ envelopes })
  }

  /** Its sink is opened again: a reload. */
  reopen(): void {
    this.stream.close()
    this.stream = open(this.#limits)
    const records = this.#reducer.snapshot({ origin: `web.${++this.#opened}/${this.#name}`, part: this.#part })
    this.#part += records.length
    if (records.length > 0) this.stream.write({ envelopes: this.#emission.snapshot!(records) })
  }

  stop(): void {
    this.link.cut()
    this.stream.close()
  }
}

const linesOf = ({ games, staleBooks, lossy }: Book): unknown => ({
  lines: [...games].filter(([, { lines }]) => lines.size > 0).toSorted(([one], [other]) => one < other ? -1 : 1)
    .map(([id, { lines }]) => [id, [...lines.values()].toSorted((one, other) => one.outcome < other.outcome ? -1 : 1)]),
  staleBooks: [...staleBooks].toSorted(),
  lossy,
})

interface Seen {
  cuts: number
  reopened: number
  workers: number
  resumed: number
  slow: number
}

const live = (seed: number, seen: Seen): void => {
  const random = generator(seed ^ 0x0c4a)
  const below = (n: number): number => Math.floor(random() * n)
  const limits = () =>
    limitsOf({
      ringRecords: [5, 60, 100_000][below(3)]!,
      slowBytes: [600, 4_000, 1e9][below(3)]!,
      maxBytes: below(4) === 0 ? 30_000 : 1e9,
    })
  const feed = open(limits())
  let worker = new Worker("worker-0", limits())
  const reader = new ServedLink("serve:end")
  const believer = new LaneReader()
  const history = new History()
  const histories = new Map([[run, history]])
  const wrong: Array<string> = []
  let workers = 0
  let now = 0

  const give = (): void => {
    const records = reader.follower.give(now, clock)
    if (records.length === 0) return
    for (const record of records) believer.take(record)
    for (const belief of believer.falseBeliefs(histories)) {
      wrong.push(`${belief}, after ${JSON.stringify(records.at(-1))}`)
    }
  }
  const turn = (link: ServedLink, stream: RecordStream<Change>): void => {
    const { port } = link
    if (port === undefined) {
      if (below(3) === 0) link.dial(stream)
    } else if (port.closedWith !== undefined || below(25) === 0) {
      port.take(below(5_000))
      link.read(now)
      link.cut()
      seen.cuts += 1
    } else port.take([Infinity, below(3_000), below(1_500), below(300)][below(4)]!)
    link.read(now)
  }

  const draft = thaw(make({ run }))
  const emission = changes().open({ state: { run } })
  const { events } = scenario(seed)
  let beginning: Change | Control | undefined
  for (let from = 0; from < events.length;) {
    const size = 1 + below(6)
    const steps = draft.apply(events.slice(from, from + size))
    from += size
    const records = steps.flatMap((step) => step.records)
    beginning ??= records[0]
    history.take(records)
    const envelopes = emission.of(steps)
    if (envelopes.length > 0) feed.write({ envelopes })
    now += below(60) === 0 ? 30_000 : below(200)
    turn(worker.link, feed)
    if (below(3) > 0) worker.work(now)
    if (below(5) === 0) {
      worker.reopen()
      seen.reopened += 1
    }
    if (below(40) === 0) {
      worker.stop()
      seen.resumed += worker.link.resumed
      worker = new Worker(`worker-${++workers}`, limits())
      seen.workers += 1
    }
    turn(reader, worker.stream)
    if (below(3) > 0) give()
    if (feed.counts.slow + worker.stream.counts.slow > 0) seen.slow += 1
  }
  // Both connect anew: they know that what they read from lives.
  worker.link.cut()
  for (let left = 20; left > 0; left--) {
    now += 10
    worker.link.settle(feed, now)
    worker.work(now)
    if (left === 10) reader.cut()
    reader.settle(worker.stream, now)
    give()
  }
  seen.resumed += worker.link.resumed + reader.resumed
  const expected = fold(emptyBook, beginning === undefined ? [] : [beginning, ...snapshot(draft.seal())])
  expect([...worker.link.faults, ...reader.faults], `seed ${seed}`).toEqual([])
  expect(wrong, `seed ${seed}`).toEqual([])
  expect(linesOf(believer.book), `seed ${seed}`).toEqual(linesOf(expected))
  expect([...believer.book.staleSessions].toSorted(), `seed ${seed}`).toEqual([...expected.staleSessions].toSorted())
}

describe("a reader at the end of a chain", () => {
  it("never believes a price live that was not, and ends with the exact book", () => {
    const seen: Seen = { cuts: 0, reopened: 0, workers: 0, resumed: 0, slow: 0 }
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) live(seed, seen)
    // It did happen.
    for (const [name, count] of Object.entries(seen)) expect([name, count > runs / 4]).toEqual([name, true])
  }, 240_000 + runs * 1_000)
})
