/** Two processes with one lease, a feed with one connection for a key, a NATS server, and a reader. */
import { natsRecords } from "@boltodds/nats"
import { type Book, type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { NatsServer } from "@boltodds/testing/NatsServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import { setTimeout as sleep } from "node:timers/promises"
import { waitLimit } from "@boltodds/testing/TestProcess"
import { shown, wrongIn } from "../delivery/books.ts"

const key = "sk-lease-3b8d1f60"

/** The times of a lease, as a configuration writes them. */
export interface LeaseTimes {
  readonly ttl: string
  readonly renew: string
  readonly keep?: boolean
}

/** A process that reads the feed, or waits to. */
export interface Ingester {
  readonly name: string
  readonly pipe: PipeProcess
}

/** What a reader has seen. */
export interface Seen {
  readonly atMillis: number
  readonly records: ReadonlyArray<Change | Control>
}

export class LeaseBench {
  readonly nats: NatsServer
  readonly simulator: Simulator
  readonly #times: LeaseTimes
  readonly #controller = new AbortController()
  readonly #reading: Promise<void>
  readonly ingesters: Array<Ingester> = []
  /** All that a reader of the latest records was given. */
  readonly seen: Array<Seen> = []
  book: Book = emptyBook
  #started = 0

  private constructor(nats: NatsServer, simulator: Simulator, times: LeaseTimes) {
    this.nats = nats
    this.simulator = simulator
    this.#times = times
    this.#reading = Effect.runPromise(
      Stream.runForEach(natsRecords({ servers: nats.url, name: "odds" }), (records) =>
        Effect.sync(() => {
          this.book = fold(this.book, records)
          this.seen.push({ atMillis: performance.now(), records })
        })),
      { signal: this.#controller.signal },
    ).catch((cause: unknown) => {
      if (!this.#controller.signal.aborted) throw cause
    })
  }

  static async open(times: LeaseTimes): Promise<LeaseBench> {
    const nats = await NatsServer.start()
    const simulator = await startSimulator({
      key,
      rate: 100,
      plan: "Growth",
      limits: { connections: 1 },
      world: { games: 3, players: 0 },
    })
    return new LeaseBench(nats, simulator, times)
  }

  /** Starts a process. */
  join(): Ingester {
    const name = `ingester-${++this.#started}`
    const { ttl, renew, keep = false } = this.#times
    const folder = new PipelineFolder(
      "source: feed",
      `lease: { nats: { servers: "${this.nats.url}", name: odds, holder: ${name}, ttl: ${ttl}, renew: ${renew}, ` +
        `on_lease_unreachable: ${keep ? "keep" : "close"} } }`,
      `sinks: { bus: { nats: { servers: "${this.nats.url}", name: odds }, emit: changes } }`,
      "run: { report: true }",
    )
    const env = { BOLTODDS_URL: this.simulator.url, BOLTODDS_API_KEY: key }
    const ingester = { name, pipe: new PipeProcess(["run", folder.file, "--log-format", "human"], { env }) }
    this.ingesters.push(ingester)
    return ingester
  }

  /** Takes a process out that has ended, or is to end. */
  without(ingester: Ingester): void {
    this.ingesters.splice(this.ingesters.indexOf(ingester), 1)
  }

  /** The process that says it leads, of those that are not among the others. */
  leader(...except: ReadonlyArray<Ingester>): Ingester | undefined {
    return this.ingesters.find((each) => !except.includes(each) && isLeader(each))
  }

  /** Waits for a leader that is not one of these. */
  async untilLed(...except: ReadonlyArray<Ingester>): Promise<Ingester> {
    await this.until("another process leads", () => this.leader(...except) !== undefined)
    return this.leader(...except)!
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const end = performance.now() + waitLimit()
    while (!holds()) {
      if (performance.now() > end) {
        const logs = this.ingesters.map(({ name, pipe }) => `${name}:\n${pipe.stderr.slice(-3_000)}`)
        throw new Error(
          `not in time: ${what}\n${JSON.stringify(this.simulator.stats().dials.slice(-5))}\n${logs.join("\n")}`,
        )
      }
      await sleep(10)
    }
  }

  /** Stops the world, and waits until the reader has its book: each price live, and none besides. */
  async untilExact(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    this.simulator.pause()
    try {
      const isExact = () => isDeepStrictEqual(shown(this.book), this.simulator.book())
      await this.until("the reader has the book of the feed", isExact)
      await meanwhile()
    } finally {
      this.simulator.resume()
    }
  }

  /** The records of the log, from the first to the last. */
  async log(): Promise<ReadonlyArray<Change | Control>> {
    const last = this.seen.at(-1)!.records.at(-1)!
    const records = natsRecords({ servers: this.nats.url, name: "odds", from: "log" }).pipe(
      Stream.flatMap(Stream.fromIterable),
      Stream.filter(({ origin }) => origin === undefined),
      Stream.takeUntil((record) => nameOf(record) === nameOf(last)),
    )
    return await Effect.runPromise(Stream.runCollect(records))
  }

  async close(): Promise<void> {
    for (const { pipe } of this.ingesters) {
      pipe.kill("SIGCONT")
      pipe.kill("SIGKILL")
    }
    this.#controller.abort()
    await this.#reading
    await this.simulator.stop()
    await this.nats.kill()
  }
}

/** By the last line of its log about it. */
const isLeader = ({ pipe }: Ingester): boolean =>
  pipe.child.exitCode === null && pipe.child.signalCode === null &&
  pipe.stderr.lastIndexOf("leader: ") > pipe.stderr.lastIndexOf("standby: ")

/** A record among those of all runs. A reader that gets several as one group numbers their parts anew. */
const nameOf = ({ run, seq }: Change | Control): string => `${run}.${seq}`

/** Prices that a reader showed as live at some moment, although what it had read of the log did not say so. */
export const believed = (seen: ReadonlyArray<Seen>, log: ReadonlyArray<Change | Control>): ReadonlyArray<string> => {
  const places = new Map(log.map((record, index) => [nameOf(record), index]))
  let [reader, truth, read] = [emptyBook, emptyBook, 0]
  const wrong: Array<string> = []
  for (const { records } of seen) {
    reader = fold(reader, records)
    const place = places.get(nameOf(records.at(-1)!))!
    if (place >= read) {
      truth = fold(truth, log.slice(read, place + 1))
      read = place + 1
    }
    wrong.push(...wrongIn(reader, truth))
  }
  return wrong
}

/** The runs of records, in their order; one that comes back counts again. */
export const runsOf = (records: ReadonlyArray<Change | Control>): ReadonlyArray<string> =>
  records.map(({ run }) => run).filter((run, index, runs) => run !== runs[index - 1])
