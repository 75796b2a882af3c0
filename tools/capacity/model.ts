/** What a feed and its readers need, computed from what the benches measured. */

/** What `pnpm bench stores json=FILE` stores, for each way: microseconds of processor time a record. */
export interface StoreCost {
  /** Of the process that writes. */
  readonly client: number
  /** Of the server. */
  readonly server: number
  /** Of a process that reads all records; absent where nothing reads them. */
  readonly reader?: number
}

/** What the benches measured. */
export interface Costs {
  /** From a message of the feed to its lines of `changes`: `changes`, one message a frame, of `pnpm bench compare`. */
  readonly microsPerMessage: number
  readonly bytesPerRecord: number
  readonly stores: { readonly [way: string]: StoreCost }
  /** Of `pnpm bench bench/serve`: for each record that arrives at a client, with one filter for all, and with many. */
  readonly serveAlike: number
  readonly serveFiltered: number
}

/** What is asked for. */
export interface Demand {
  readonly messagesPerSecond: number
  readonly recordsPerMessage: number
  readonly sportsbooks: number
  readonly gamesPerSportsbook: number
  readonly linesPerGame: number
  readonly readers: number
  /** Which part of all records a reader gets, from 0 to 1. */
  readonly share: number
  /** How many different filters the readers have. */
  readonly filters: number
  readonly hoursOfLog: number
}

/** A part of the whole, and how far one of it goes. */
export interface Part {
  readonly name: string
  /** What one of it takes at most, and what is asked of it. */
  readonly unit: string
  readonly most: number
  readonly asked: number
  /** How many of it are needed. */
  readonly needed: number
  readonly cores: number
  /** What to do where one is not enough. */
  readonly remedy: string
}

/** A process, or a network, is planned for so much of what it can do: the rest is for peaks and for garbage collection. */
export const planned = 0.7
/** Bytes a second of a network of 10 gigabits a second. */
const networkBytes = 1.25e9

/** All parts, the one first that needs most of its kind. */
export const partsOf = (costs: Costs, demand: Demand): ReadonlyArray<Part> => {
  const { messagesPerSecond, recordsPerMessage, readers, share } = demand
  const records = messagesPerSecond * recordsPerMessage
  const delivered = records * readers * share
  const serve = demand.filters > 1 ? costs.serveFiltered : costs.serveAlike
  const ofOneCore = (name: string, unit: string, asked: number, micros: number, remedy: string): Part => {
    const most = planned * 1e6 / micros
    return { name, unit, most, asked, needed: Math.ceil(asked / most), cores: asked * micros / 1e6, remedy }
  }
  const stores = Object.entries(costs.stores).filter(([way]) => way !== "file").flatMap(([way, cost]) => [
    ofOneCore(
      `${way}: server`,
      "records/s",
      records,
      cost.server,
      "a stream for each group of sportsbooks, each with a writer of its own",
    ),
    ...cost.reader === undefined ? [] : [
      ofOneCore(
        `${way}: worker that reads all`,
        "records/s",
        records,
        cost.reader,
        "a filter, partitions, or a stream for each group of sportsbooks",
      ),
    ],
  ])
  const bytes = delivered * costs.bytesPerRecord
  return [
    ofOneCore(
      "feed: from messages to changes",
      "messages/s",
      messagesPerSecond,
      costs.microsPerMessage,
      "several processes, each with its sportsbooks and a connection of the plan",
    ),
    ...stores,
    ofOneCore(
      "serve: records to readers",
      "records/s",
      delivered,
      serve,
      "filters, equal ones where that is possible; processes with `source: serve`, nats or redis in front of them",
    ),
    {
      name: "serve: network, 10 gigabits/s",
      unit: "bytes/s",
      most: planned * networkBytes,
      asked: bytes,
      needed: Math.ceil(bytes / (planned * networkBytes)),
      cores: 0,
      remedy: "filters, `conflate`, `compress`; then machines",
    },
  ].toSorted((one, other) => other.needed - one.needed)
}

/** What has to be kept. */
export interface Kept {
  readonly lines: number
  /** What a reader that joins gets, in bytes. */
  readonly snapshotBytes: number
  /** The log, in bytes. */
  readonly logBytes: number
  readonly recordsPerDay: number
}

/** What has to be kept for this demand. */
export const keptOf = ({ bytesPerRecord }: Costs, demand: Demand): Kept => {
  const records = demand.messagesPerSecond * demand.recordsPerMessage
  const lines = demand.sportsbooks * demand.gamesPerSportsbook * demand.linesPerGame
  return {
    lines,
    snapshotBytes: lines * bytesPerRecord,
    logBytes: records * 3_600 * demand.hoursOfLog * bytesPerRecord,
    recordsPerDay: records * 86_400,
  }
}
