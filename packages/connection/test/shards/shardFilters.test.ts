import { type Shard, shardFilters, ShardsRefused } from "@boltodds/connection"
import { describe, expect, it } from "vitest"

const divide = (...args: Parameters<typeof shardFilters>): ReadonlyArray<Shard> => {
  const shards = shardFilters(...args)
  if (shards instanceof ShardsRefused) throw shards
  return shards
}
const sportsOf = (shards: ReadonlyArray<Shard>) => shards.map(({ filters }) => filters.sports)
const refusal = (...args: Parameters<typeof shardFilters>): string => {
  const shards = shardFilters(...args)
  return shards instanceof ShardsRefused ? shards.message : "not refused"
}

describe("dividing filters", () => {
  it("divides the names evenly, and gives all other filters to each", () => {
    expect(divide(
      { sports: ["NBA", "MLB", "NFL", "EPL", "NHL"], sportsbooks: ["betmgm"], markets: ["Spread"] },
      { by: "sport", over: 3 },
    )).toEqual([
      { name: "feed-1", filters: { sports: ["EPL", "NFL"], sportsbooks: ["betmgm"], markets: ["Spread"] } },
      { name: "feed-2", filters: { sports: ["MLB", "NHL"], sportsbooks: ["betmgm"], markets: ["Spread"] } },
      { name: "feed-3", filters: { sports: ["NBA"], sportsbooks: ["betmgm"], markets: ["Spread"] } },
    ])
  })

  it("gives the same division for the same names in any order, repeated or not", () => {
    const one = divide({ sportsbooks: ["a", "b", "c", "d"] }, { by: "sportsbook", over: 2 })
    expect(divide({ sportsbooks: ["d", "c", "c", "b", "a", "d"] }, { by: "sportsbook", over: 2 })).toEqual(one)
    expect(one.map(({ filters }) => filters)).toEqual([{ sportsbooks: ["a", "c"] }, { sportsbooks: ["b", "d"] }])
  })

  it("takes the names of the catalog where the filters list none, and the filters' own where they do", () => {
    const names = ["NBA", "MLB", "NFL"]
    expect(sportsOf(divide({ sports: [] }, { by: "sport", over: 2, names }))).toEqual([["MLB", "NFL"], ["NBA"]])
    expect(sportsOf(divide({ sports: ["MLB", "EPL"] }, { by: "sport", over: 2, names }))).toEqual([["EPL"], ["MLB"]])
  })

  it("fills the sessions evenly by weight", () => {
    const weights: Record<string, number> = { MLB: 10, NBA: 6, NFL: 5 }
    const weigh = (name: string) => weights[name] ?? 1
    const sports = ["A", "B", "C", "D", "MLB", "NBA", "NFL"]
    expect(sportsOf(divide({ sports }, { by: "sport", over: 2, weigh }))).toEqual([
      ["A", "B", "D", "MLB"],
      ["C", "NBA", "NFL"],
    ])
  })

  it("keeps every name in its session, and gives new ones to the session with the least", () => {
    const before = divide({ sports: ["A", "B", "C", "D", "E"] }, { by: "sport", over: 2 })
    expect(sportsOf(before)).toEqual([["A", "C", "E"], ["B", "D"]])
    const sports = ["A", "D", "B", "X", "Y"]
    expect(divide({ sports }, { by: "sport", over: 2, before })).toEqual([
      { name: "feed-1", filters: { sports: ["A", "X", "Y"] } },
      { name: "feed-2", filters: { sports: ["B", "D"] } },
    ])
  })

  it("refuses to leave a session without a list, which would mean everything", () => {
    expect(refusal({ sports: ["NBA"] }, { by: "sport", over: 2 })).toBe(
      "Cannot divide 1 sport over 2 sessions: `feed-2` would get none, and a filter that is left out means everything",
    )
    const before = divide({ sports: ["A", "B", "C"] }, { by: "sport", over: 2 })
    expect(refusal({ sports: ["A", "C"] }, { by: "sport", over: 2, before })).toBe(
      "Cannot divide 2 sports over 2 sessions: `feed-2` would get none, and a filter that is left out means " +
        "everything. It has B: keep one of these, or start again",
    )
  })

  it("refuses to divide without a list, by an invalid number, or over another number of running sessions", () => {
    expect(refusal({ sportsbooks: ["betmgm"] }, { by: "sport", over: 2 })).toBe(
      "Cannot divide by sport: the filters list no sports; list them, or pass the names of the catalog",
    )
    for (const over of [0, -1, 1.5, NaN]) {
      expect(refusal({ sports: ["A"] }, { by: "sport", over })).toBe(
        `Cannot divide by ${over}: the number of sessions must be 1 or more`,
      )
    }
    const before = divide({ sports: ["A"] }, { by: "sport", over: 1 })
    expect(refusal({ sports: ["A", "B"] }, { by: "sport", over: 2, before })).toBe(
      "Cannot divide 1 running sessions over 2",
    )
  })
})
