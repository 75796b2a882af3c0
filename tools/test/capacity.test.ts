/** The capacity model, by figures that can be worked out by hand. */
import { expect, it } from "vitest"
import { type Costs, type Demand, keptOf, partsOf } from "../capacity/model.ts"

const costs: Costs = {
  microsPerMessage: 10,
  bytesPerRecord: 700,
  stores: { file: { client: 5, server: 0 }, "nats, log": { client: 14, server: 20, reader: 35 } },
  serveAlike: 1,
  serveFiltered: 2,
}
const demand: Demand = {
  messagesPerSecond: 50_000,
  recordsPerMessage: 2,
  sportsbooks: 35,
  gamesPerSportsbook: 100,
  linesPerGame: 10,
  readers: 1_000,
  share: 0.01,
  filters: 1,
  hoursOfLog: 2,
}

it("the parts are as many as their share of a core, or of a network, allows, the most needed first", () => {
  const parts = partsOf(costs, demand).map(({ name, asked, most, needed, cores }) => ({
    name,
    asked,
    most,
    needed,
    cores,
  }))
  expect(parts).toEqual([
    { name: "nats, log: worker that reads all", asked: 100_000, most: 20_000, needed: 5, cores: 3.5 },
    { name: "nats, log: server", asked: 100_000, most: 35_000, needed: 3, cores: 2 },
    { name: "serve: records to readers", asked: 1_000_000, most: 700_000, needed: 2, cores: 1 },
    { name: "feed: from messages to changes", asked: 50_000, most: 70_000, needed: 1, cores: 0.5 },
    { name: "serve: network, 10 gigabits/s", asked: 700_000_000, most: 875_000_000, needed: 1, cores: 0 },
  ])
})

it("readers with filters of their own cost more than those with one", () => {
  const cores = (filters: number) =>
    partsOf(costs, { ...demand, filters }).find(({ name }) => name === "serve: records to readers")!.cores
  expect([cores(1), cores(2), cores(256)]).toEqual([1, 2, 2])
})

it("what is kept grows with the time of the log and the lines of the book", () => {
  expect(keptOf(costs, demand)).toEqual({
    lines: 35_000,
    snapshotBytes: 24_500_000,
    logBytes: 504e9,
    recordsPerDay: 8_640_000_000,
  })
})
