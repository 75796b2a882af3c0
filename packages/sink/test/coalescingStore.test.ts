import { coalescingStore, type Store } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { brief, control, game, line } from "./records.ts"

const all = { records: 1_000, bytes: 1e9 }
const rest = (store: Store<Change>) => brief(store.take(all))

describe("a store that coalesces", () => {
  it("keeps what is newest of each line in the place of its first change, with the oldest previous odds", () => {
    const store = coalescingStore()
    expect(store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 210, 200)], 0)).toBe(0)
    expect(store.add([line(3, "line_moved", "A", 120, 110), line(4, "line_moved", "A", 130, 120)], 0)).toBe(2)
    expect([store.records, store.waiting]).toEqual([2, 2])
    expect(rest(store)).toEqual(["4 line_moved A 130 (100) x3", "2 line_moved B 210 (200)"])
  })

  it("lets an opening and its closing vanish", () => {
    const store = coalescingStore()
    expect(store.add([line(1, "line_opened", "A", 110, null), line(2, "line_closed", "A", null, 110)], 0)).toBe(2)
    expect(store.add([game(3, "game_opened"), line(4, "line_opened", "B", 1, null), game(5, "game_closed")], 0)).toBe(3)
    expect([store.records, store.bytes]).toEqual([0, 0])
  })

  it("lets suspensions and closings overtake, with all that they were merged with", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 210, 200)], 0)
    store.add([line(3, "line_suspended", "B", null, 210), line(4, "line_closed", "C", null, 5)], 0)
    expect(rest(store)).toEqual([
      "3 line_suspended B null (200) x2",
      "4 line_closed C null (5)",
      "1 line_moved A 110 (100)",
    ])
  })

  it("never lets an opening or a resumption overtake: the suspension stays in front", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_suspended", "B", null, 200)], 0)
    store.add([line(3, "line_resumed", "B", 220, null), line(4, "line_opened", "C", 1, null)], 0)
    expect(rest(store)).toEqual([
      "2 line_suspended B null (200)",
      "1 line_moved A 110 (100)",
      "3 line_resumed B 220 (null)",
      "4 line_opened C 1 (null)",
    ])
  })

  it("merges a flap that ends suspended into the suspension in front", () => {
    const store = coalescingStore()
    store.add([line(1, "line_suspended", "A", null, 100), line(2, "line_resumed", "A", 110, null)], 0)
    store.add([line(3, "line_suspended", "A", null, 110)], 0)
    expect(rest(store)).toEqual(["3 line_suspended A null (100) x3"])
  })

  it("keeps a suspension of a line that nobody has been told of in the place of its opening", () => {
    const store = coalescingStore()
    store.add([game(1, "game_opened"), line(2, "line_opened", "A", 100, null)], 0)
    store.add([line(3, "line_suspended", "A", null, 100)], 0)
    expect(rest(store)).toEqual(["1 game_opened", "3 line_opened A null (null) x2"])
  })

  it("deletes the lines of a game that closes, and tells the closing first", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_suspended", "B", null, 200)], 0)
    store.add([control(3, "game_verified", { sportsbook: "draftkings", game: "g" }), control(4, "heartbeat")], 0)
    expect(store.add([game(5, "game_closed")], 0)).toBe(3)
    expect(rest(store)).toEqual(["5 game_closed", "4 heartbeat"])
  })

  it("lets a gap overtake, marks what was told before it, and deletes what it makes obsolete", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 1, 2, { session: "other" })], 0)
    store.add([control(3, "game_verified", { sportsbook: "draftkings", game: "g" }), control(4, "synced")], 0)
    store.add([control(5, "fresh", { sportsbook: null }), control(6, "gap_closed")], 0)
    expect(store.add([control(7, "gap_opened"), line(8, "line_moved", "C", 1, 2)], 0)).toBe(4)
    expect(rest(store)).toEqual([
      "7 gap_opened",
      "1 line_moved A 110 (100) ?",
      "2 line_moved B 1 (2)",
      "8 line_moved C 1 (2)",
    ])
  })

  it("believes a line again that moves after the gap", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), control(2, "gap_opened")], 0)
    store.add([line(3, "line_moved", "A", 120, 110)], 0)
    expect(rest(store)).toEqual(["2 gap_opened", "3 line_moved A 120 (100) x2"])
  })

  it("lets silence overtake and end the news of its end, in its own scope alone", () => {
    const store = coalescingStore()
    store.add([control(1, "fresh", { sportsbook: null }), control(2, "fresh", { sportsbook: "draftkings" })], 0)
    store.add([control(3, "stale", { sportsbook: null })], 0)
    expect(rest(store)).toEqual(["3 stale", "2 fresh"])
  })

  it("is bounded by the book, whatever is said of the stream", () => {
    const store = coalescingStore()
    for (let seq = 1; seq < 1_000; seq += 6) {
      const scope = { sportsbook: "draftkings", game: "g" }
      store.add([control(seq, "heartbeat"), control(seq + 1, "gap_opened"), control(seq + 2, "stale", scope)], 0)
      store.add([control(seq + 3, "game_verified", scope), control(seq + 4, "fresh", scope)], 0)
      store.add([line(seq + 5, "line_moved", "A", seq, seq - 6)], 0)
    }
    expect(store.records).toBe(6)
  })

  it("forgets everything at a new start", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), control(2, "gap_opened")], 0)
    store.add([control(3, "stream_started"), control(4, "stale", { sportsbook: null })], 0)
    expect(rest(store)).toEqual(["3 stream_started", "4 stale"])
  })

  it("cuts batches behind groups where it can, and ends each with the last of one", () => {
    const store = coalescingStore()
    const open = { last: undefined } as object
    store.add([line(1, "line_moved", "A", 1, 0, open), line(2, "line_moved", "B", 1, 0)], 0)
    store.add([line(3, "line_moved", "C", 1, 0, open), line(4, "line_moved", "D", 1, 0)], 0)
    const first = store.take({ records: 3, bytes: 1e9 })
    expect(brief(first)).toEqual(["1 line_moved A 1 (0)", "2 line_moved B 1 (0)"])
    const next = store.take({ records: 1, bytes: 1e9 })
    expect([brief(next), next[0]!.last]).toEqual([["3 line_moved C 1 (0)"], true])
    expect(JSON.parse(next[0]!.text).last).toBe(true)
    store.settle([...first, ...next])
    expect([store.records, store.waiting]).toEqual([1, 1])
  })

  it("merges what could not be delivered with what came since, and keeps a closing that its opening may have preceded", () => {
    const store = coalescingStore()
    store.add([line(1, "line_opened", "A", 100, null), line(2, "line_moved", "B", 210, 200)], 0)
    const taken = store.take(all)
    store.add([line(3, "line_closed", "A", null, 100), line(4, "line_moved", "B", 220, 210)], 0)
    expect(store.giveBack!(taken)).toBe(2)
    expect([store.records, store.waiting]).toEqual([2, 2])
    expect(rest(store)).toEqual(["3 line_closed A null (100)", "4 line_moved B 220 (200) x2"])
  })

  it("counts the age of a line from its newest change", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 210, 200)], 1_000)
    store.add([line(3, "line_moved", "A", 120, 110)], 2_000)
    expect(brief(store.expire(1_500))).toEqual(["2 line_moved B 210 (200)"])
    expect(store.expire(1_500)).toEqual([])
    const taken = store.take(all)
    expect([store.older(taken, 2_000), brief(store.older(taken, 2_001))]).toEqual([[], ["3 line_moved A 120 (100) x2"]])
  })
})
