import { changeCoalescing, coalescingStore } from "@boltodds/lane"
import { makeRecord, type Store } from "@boltodds/sink"
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

  it("keeps a suspension of a line that was never emitted in the place of its opening", () => {
    const store = coalescingStore()
    store.add([game(1, "game_opened"), line(2, "line_opened", "A", 100, null)], 0)
    store.add([line(3, "line_suspended", "A", null, 100)], 0)
    expect(rest(store)).toEqual(["1 game_opened", "3 line_opened A null (null) x2"])
  })

  it("deletes the lines of a game that closes, and emits the closing first", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 110, 100), line(2, "line_suspended", "B", null, 200)], 0)
    store.add([control(3, "game_verified", { sportsbook: "draftkings", game: "g" }), control(4, "heartbeat")], 0)
    expect(store.add([game(5, "game_closed")], 0)).toBe(3)
    expect(rest(store)).toEqual(["5 game_closed", "4 heartbeat"])
  })

  it("lets a gap overtake, marks records from before it, and deletes what it makes obsolete", () => {
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

  it("lets `stale` overtake and replace the `fresh` of its own scope alone", () => {
    const store = coalescingStore()
    store.add([control(1, "fresh", { sportsbook: null }), control(2, "fresh", { sportsbook: "draftkings" })], 0)
    store.add([control(3, "stale", { sportsbook: null })], 0)
    expect(rest(store)).toEqual(["3 stale", "2 fresh"])
  })

  it("keeps silence in front of a suspension within it, also where the silence ends and begins again", () => {
    const store = coalescingStore()
    store.add([control(1, "stale", { sportsbook: null }), line(2, "line_suspended", "A", null, 100)], 0)
    store.add([control(3, "fresh", { sportsbook: null }), control(4, "stale", { sportsbook: null })], 0)
    expect(rest(store)).toEqual(["4 stale", "2 line_suspended A null (100)"])
  })

  it("emits `stale` after a gap that would end it", () => {
    const store = coalescingStore()
    store.add([control(1, "stale", { sportsbook: null }), line(2, "line_suspended", "A", null, 100)], 0)
    store.add([control(3, "gap_opened"), control(4, "stale", { sportsbook: null })], 0)
    expect(rest(store)).toEqual(["2 line_suspended A null (100) ?", "3 gap_opened", "4 stale"])
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

  it("cuts batches after groups where it can, and ends each with the last of one", () => {
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
    expect(store.requeue!(taken)).toBe(2)
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

  it("estimates what it holds without writing anything down, and knows the bytes of what is taken", () => {
    let written = 0
    const text = (value: unknown): string => (written += 1, JSON.stringify(value))
    const form = { encode: text }
    const full = {
      universal_game_id: "1e1f1b8dc2ec",
      book_game_id: "31584696",
      home_team: "Springfield Comets",
      away_team: "Shelbyville Hounds",
      starts_at: "2026-07-16T23:10:00.000Z",
      sent_at: "2026-07-16T18:00:00.023Z",
      link: "https://sportsbook.example/event/34397588?outcomes=0OU85504590O950_1",
      target: "Springfield Comets",
    }
    const store = coalescingStore()
    const all = Array.from({ length: 100 }, (_, n) => {
      const { value, ...stamp } = line(
        n,
        "line_moved",
        `Springfield Comets ${n % 50}.5 Spread`,
        110,
        100,
        n % 2 ? full : {},
      )
      return makeRecord<Change>(stamp, value as Change, form)
    })
    store.add(all, 0)
    expect([store.waiting, written]).toEqual([50, 0])
    const estimated = store.bytes
    const taken = store.take({ records: 1_000, bytes: 1e9 })
    const bytes = taken.reduce((sum, { text }) => sum + text.length + 1, 0)
    expect([store.bytes, store.waitingBytes]).toEqual([bytes, 0])
    expect(estimated / bytes).toBeGreaterThan(0.85)
    expect(estimated / bytes).toBeLessThan(1.15)
    store.settle(taken)
    expect([store.bytes, store.records]).toEqual([0, 0])
  })

  it("puts what waits after what is requeued, also where both are about one line", () => {
    const store = coalescingStore()
    const other = { game: "other" }
    store.add([line(1, "line_moved", "A", 1, 0), line(2, "line_suspended", "B", null, 9, other)], 0)
    const taken = store.take(all)
    store.add([line(3, "line_moved", "X", 1, 0, other), line(4, "line_moved", "A", 2, 1)], 0)
    store.add([
      line(5, "line_moved", "Y", 1, 0, { game: "third" }),
      line(6, "line_suspended", "Z", null, 5, { game: "third" }),
    ], 0)
    store.add([control(7, "gap_opened")], 0)
    expect(store.requeue!(taken)).toBe(1)
    expect(rest(store)).toEqual([
      "2 line_suspended B null (9) ?",
      "6 line_suspended Z null (5) ?",
      "7 gap_opened",
      "4 line_moved A 2 (0) x2 ?",
      "3 line_moved X 1 (0) ?",
      "5 line_moved Y 1 (0) ?",
    ])
  })

  it("keeps the index of its games correct when records are requeued", () => {
    const store = coalescingStore()
    store.add([line(1, "line_moved", "A", 1, 0), line(2, "line_moved", "B", 1, 0, { game: "other" })], 0)
    const [a] = store.take({ records: 1, bytes: 1e9 })
    store.requeue!([a!])
    // All lines of a game that closes go, wherever they stood.
    store.add([game(3, "game_closed")], 0)
    expect(rest(store)).toEqual(["3 game_closed", "2 line_moved B 1 (0)"])
  })

  it("makes one game alone unverified where something of it could not be read", () => {
    const store = coalescingStore()
    const verified = { sportsbook: "draftkings", game: "g" }
    store.add([line(1, "line_moved", "A", 1, 0), line(2, "line_moved", "B", 1, 0, { game: "other" })], 0)
    store.add([control(3, "game_verified", verified), control(4, "game_verified", { ...verified, game: "other" })], 0)
    store.add([line(5, "line_suspended", "C", null, 7)], 0)
    store.add([control(6, "quarantined", { ...verified, touches: "game", outcome: null })], 0)
    expect(rest(store)).toEqual([
      "5 line_suspended C null (7) ?",
      "6 quarantined",
      "1 line_moved A 1 (0) ?",
      "2 line_moved B 1 (0)",
      "4 game_verified",
    ])
  })

  it("finds the verification of a game whatever the emit calls the game", () => {
    const store = coalescingStore<Change>({ ...changeCoalescing, scope: () => "the game", owner: () => "the game" })
    const scope = { sport: "NBA", sportsbook: "draftkings", game: "g" }
    store.add([control(1, "game_verified", { ...scope, lines: 1, changed: 0 })], 0)
    store.add([control(2, "quarantined", { ...scope, touches: "game", outcome: null })], 0)
    expect(brief(store.take(all))).toEqual(["2 quarantined"])
  })
})
