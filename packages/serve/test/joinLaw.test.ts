/** What a client may believe, whenever it joins, whatever it asks for, however slow it is and however often it is cut. */
import { changeCoalescing } from "@boltodds/lane"
import { changes, ProcessorRun, where } from "@boltodds/pipeline"
import { type Book, type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { make, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { History, LaneReader } from "../../pipeline/test/LaneReader.ts"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import type { Client } from "../src/client/Client.ts"
import { limitsOf } from "../src/limits.ts"
import { type ClientFilter, namesHold } from "../src/stream/Filter.ts"
import { RecordStream } from "../src/stream/RecordStream.ts"
import { MemoryPort } from "./MemoryPort.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/serve/test/joinLaw
const runs = Number(process.env["LAW_RUNS"] ?? 30)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const conditions: Readonly<Record<string, (change: Change) => boolean>> = {
  priced: (change) => "odds" in change && change.odds !== null && change.odds > 100,
  moneyline: (change) => !("outcome" in change) || change.market === "Moneyline",
}

const filters: ReadonlyArray<ClientFilter> = [
  {},
  {},
  { sport: ["MLB"] },
  { sportsbook: ["fanduel", "betmgm"] },
  { game: ["A vs B, 2026-07-16, 02"] },
  { where: "priced" },
  { where: "moneyline", sportsbook: ["draftkings"] },
  { sport: [] },
]

const holds = (filter: ClientFilter) => (change: Change): boolean =>
  namesHold(filter)(change) && (filter.where === undefined || conditions[filter.where]!(change))

/** What there is to know of the lines: games without lines are no prices. */
const linesOf = ({ games, staleSessions, staleBooks, lossy }: Book): unknown => ({
  lines: [...games].filter(([, { lines }]) => lines.size > 0).toSorted(([one], [other]) => one < other ? -1 : 1)
    .map(([id, { lines }]) => [id, [...lines.values()].toSorted((one, other) => one.outcome < other.outcome ? -1 : 1)]),
  stale: [[...staleSessions].toSorted(), [...staleBooks].toSorted()],
  lossy,
})

/** A client as a program writes it: it folds, remembers the last id, and dials again. */
class Peer {
  readonly reader = new LaneReader()
  readonly wrong: Array<string> = []
  readonly #histories: ReadonlyMap<string, History>
  port: MemoryPort
  client: Client<Change> | undefined
  filter: ClientFilter
  lastId = ""
  snapshots = 0

  constructor(port: MemoryPort, filter: ClientFilter, histories: ReadonlyMap<string, History>) {
    this.port = port
    this.filter = filter
    this.#histories = histories
  }

  read(): void {
    for (const { text, id } of this.port.read()) {
      const record = JSON.parse(text) as Change | Control
      if (id !== undefined) this.lastId = id
      if ("control" in record && record.control === "stream_started") this.snapshots += 1
      this.reader.take(record)
      // Its reader acts on whole groups.
      if (record.last !== true) continue
      for (const belief of this.reader.falseBeliefs(this.#histories)) this.wrong.push(`${belief}, after ${text}`)
    }
  }
}

const live = (seed: number) => {
  const random = generator(seed ^ 0x5e7e)
  const below = (n: number): number => Math.floor(random() * n)
  const run = "01J00000000000000000000000"
  const limits = limitsOf({
    ringRecords: [5, 60, 100_000][below(3)]!,
    slowBytes: [600, 4_000, 1e9][below(3)]!,
    maxBytes: below(4) === 0 ? 30_000 : 1e9,
    ringMillis: below(2) * 1e9,
  })
  const stream = new RecordStream<Change>({
    emit: "changes",
    run,
    coalescing: changeCoalescing,
    view: where,
    condition: (text) => conditions[text]! as (value: unknown) => boolean,
  }, limits)
  const draft = thaw(make({ run }))
  const emission = changes().open({ state: { run } })
  const history = new History()
  const histories = new Map([[run, history]])
  const all: Array<Envelope<Change>> = []
  const peers: Array<Peer> = []
  const seen = { slow: 0, resumed: 0, snapshots: 0, cut: 0, changed: 0 }

  const join = (peer: Peer): void => {
    const isNew = peer.port.closedWith !== undefined || peer.client !== undefined
    if (isNew) peer.port = new MemoryPort(peer.port.encoding)
    const after = peer.port.encoding === "events" && peer.lastId !== "" ? peer.lastId : undefined
    const before = peer.snapshots
    peer.client = stream.join(() => peer.port, peer.filter, after)
    if (after !== undefined && before === peer.snapshots && before > 0) seen.resumed += 1
  }

  const life = scenario(seed)
  for (let from = 0; from < life.events.length;) {
    const size = 1 + below(6)
    const steps = draft.apply(life.events.slice(from, from + size))
    from += size
    history.take(steps.flatMap((step) => step.records))
    const envelopes = emission.of(steps)
    all.push(...envelopes)
    if (envelopes.length > 0) stream.write({ envelopes })
    if (peers.length < 6 && below(3) === 0) {
      const filter = filters[below(filters.length)]!
      const peer = new Peer(new MemoryPort((["websocket", "events"] as const)[below(2)]!), filter, histories)
      peers.push(peer)
      join(peer)
    }
    for (const peer of peers) {
      if (peer.client?.isSlow === true) seen.slow += 1
      switch (below(12)) {
        case 0:
          // Cut, wherever in a record that is.
          peer.port.take(below(5_000))
          peer.read()
          peer.port.cut()
          seen.cut += 1
          join(peer)
          break
        case 1:
          if (peer.port.encoding === "websocket" && peer.port.closedWith === undefined) {
            peer.filter = filters[below(filters.length)]!
            stream.change(peer.client!, peer.filter)
            seen.changed += 1
          }
          break
        case 2:
        case 3:
        case 4:
          peer.port.take(Infinity)
          break
        default:
          peer.port.take(below(1_500))
      }
      peer.read()
      if (peer.port.closedWith === 1013) {
        seen.cut += 1
        join(peer)
      }
    }
    if (below(10) === 0) stream.sweep(performance.now(), true)
  }
  for (const peer of peers) {
    // What was merged is written as the rest is taken.
    for (let turn = 0; turn < 1_000 && peer.port.backlogBytes > 0; turn++) peer.port.take(2_000)
    peer.read()
    seen.snapshots += peer.snapshots
  }
  const expected = (filter: ClientFilter): Book => {
    const alone = new ProcessorRun<Change, Change>(where(holds(filter)))
    return fold(emptyBook, alone.turn(all, -Infinity).map(({ value }) => value as Change | Control))
  }
  return { peers, seen, expected }
}

describe("a client of changes", () => {
  it("ends with the book of its filter, and never holds a price live that was not", () => {
    const seen = { slow: 0, resumed: 0, snapshots: 0, cut: 0, changed: 0 }
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const life = live(seed)
      for (const { wrong, reader, filter } of life.peers) {
        expect(wrong, `seed ${seed}`).toEqual([])
        expect(linesOf(reader.book), `seed ${seed}, ${JSON.stringify(filter)}`).toEqual(linesOf(life.expected(filter)))
      }
      for (const name of Object.keys(seen) as ReadonlyArray<keyof typeof seen>) seen[name] += life.seen[name]
    }
    // It did happen.
    for (const [name, count] of Object.entries(seen)) expect([name, count > runs / 4]).toEqual([name, true])
  }, 240_000 + runs * 1_000)
})
