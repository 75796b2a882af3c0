import { fold, makeFrame } from "@boltodds/protocol"
import { apply, book, make, makeSync, stop, thaw, track } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { type Records, reduce, run, since, together } from "./reduce.ts"

const full = (game = "A") => message("initial_state", "betmgm", game, { home: outcome("-110") })
const beats = (records: Records) =>
  records.flatMap((record) => "control" in record && record.control === "heartbeat" ? [Date.parse(record.at)] : [])

describe("time in the records", () => {
  it("has a heartbeat exactly every ten seconds from the first event, however rarely events come", () => {
    const script = new Script()
    const start = script.at
    script.connect().frame(full()).wait(3_601_234).tick()
    expect(beats(reduce(script).records)).toEqual(
      Array.from({ length: 360 }, (_, index) => start + (index + 1) * 10_000),
    )
  })

  it("has heartbeats for each session, also while it is away", () => {
    const script = new Script().connect().wait(5_000).disconnect().wait(25_000).tick()
    expect(beats(reduce(script).records).length).toBe(3)
    const other = new Script("other", script.at - 1).connect()
    const { records } = reduce(together(script, other))
    expect(beats(records.filter((record) => record.session === "main")).length).toBe(3)
  })

  it("says in a heartbeat how much is known and how much of it is verified", () => {
    const script = new Script().connect()
      .frame(message("initial_state", "betmgm", "A", { a: outcome("-110"), b: outcome(null) }, {
        timestamp: new Date(Date.UTC(2026, 6, 16) - 250).toISOString(),
      }))
      .frame(message("line_update", "betmgm", "partial", { c: outcome("+100") })).wait(10_000).tick()
    expect(reduce(script).records.find((record) => "control" in record && record.control === "heartbeat"))
      .toMatchObject({
        frame_age_ms: 10_000,
        games: 2,
        games_verified: 1,
        lines: 3,
        paused_ms: 0,
        lag_ms: 250,
      })
  })

  it("does not drown in heartbeats when a replay leaps far ahead", () => {
    const script = new Script().connect().frame(full())
    const start = script.at
    script.wait(60 * 86_400_000).tick()
    const { steps } = apply(make({ run }), script.events)
    const times = beats(steps.flatMap((step) => step.records))
    expect(times.slice(0, 8_640)).toEqual(Array.from({ length: 8_640 }, (_, index) => start + (index + 1) * 10_000))
    expect(times.length).toBeLessThan(45_000)
    expect(times.at(-1)!).toBeGreaterThan(script.at - 86_400_000)
  })

  it("is measured in lengths that are numbers, and a heartbeat has one", () => {
    for (const heartbeatMillis of [0, -1, 0.5, NaN]) {
      expect(() => make({ run, heartbeatMillis })).toThrow(
        `heartbeatMillis must be a number of 1 or more: current value is ${heartbeatMillis}`,
      )
    }
    for (const option of ["settleMillis", "pausedStaleMillis", "bookSilentMillis", "clockJumpMillis"]) {
      expect(() => make({ run, [option]: -1 })).toThrow(`${option} must be a number of 0 or more: current value is -1`)
      expect(() => make({ run, [option]: NaN })).toThrow(option)
    }
    const script = new Script().connect().frame(full()).wait(100_000).tick()
    expect(beats(reduce(script, { heartbeatMillis: Infinity }).records)).toEqual([])
  })

  it("never goes back, and takes a time that is not a number for the last one known", () => {
    const script = new Script().connect().frame(full())
    for (const at of [0, -1, NaN, Infinity, -Infinity, 1e300, script.at - 5_000]) {
      script.events.push(makeFrame("main", 1, at, JSON.stringify(full(String(at)))))
    }
    const { records } = reduce(script)
    for (const record of records) expect(record.at).toBe(new Date(script.at).toISOString())
    expect(reduce([makeFrame("main", 1, NaN, "ping")]).records[0]).toMatchObject({ at: new Date(0).toISOString() })
  })

  it("never goes back between sessions whose clocks differ", () => {
    const ahead = new Script("ahead", Date.UTC(2026, 6, 16, 1)).connect().frame(full())
    const behind = new Script("behind").connect().frame(full("B")).wait(30_000).frame(full("C"))
    const { records } = reduce([...ahead.events, ...behind.events])
    const times = records.map((record) => Date.parse(record.at))
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it("ends each group once: a deadline, a frame of many messages, an event", () => {
    const script = new Script().connect().frame(full("A"), full("B"), { action: "ping" }, full("C")).wait(20_000)
    const { steps } = reduce(script.frame(full("D")))
    expect(steps.at(-1)!.records.map((record) => [
      "control" in record ? record.control : record.change,
      record.frame,
      record.last ?? false,
    ])).toEqual([
      ["synced", null, true],
      ["heartbeat", null, true],
      ["heartbeat", null, true],
      ["game_opened", 2, false],
      ["line_opened", 2, true],
    ])
    expect(steps[2]!.records.map((record) => record.last ?? false)).toEqual([false, false, false, false, false, true])
    expect(steps[2]!.records.map((record) => record.frame)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it("numbers records from 1 without a hole", () => {
    const { records, state } = reduce(new Script().connect().frame(full("A"), full("B")).wait(25_000).disconnect())
    expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1))
    expect(state.seq).toBe(records.length)
    for (const record of records) expect(record.run).toBe(run)
  })

  it("starts with the run, its schema and its filters, and not with a tick", () => {
    const filters = { sportsbooks: ["betmgm"] }
    const script = new Script().tick().wait(500).connect(filters)
    const { steps } = reduce(script, { filters })
    expect(steps[0]!.records).toEqual([])
    expect(steps[1]!.records).toMatchObject([{
      control: "stream_started",
      seq: 1,
      schema_version: 1,
      filters,
      last: true,
    }])
  })
})

describe("stopping", () => {
  const script = () => new Script().connect().frame(full()).wait(25_000)

  it("fires what was due, says so, and leaves nothing live", () => {
    const { state, folded } = reduce(script())
    const { records, state: stopped } = stop(state, script().at + 6_000, "signal")
    expect(records.map((record) => ["control" in record && record.control, record.at, record.last])).toEqual([
      ["synced", new Date(script().at - 15_000).toISOString(), true],
      ["heartbeat", new Date(script().at - 15_000).toISOString(), true],
      ["heartbeat", new Date(script().at - 5_000).toISOString(), true],
      ["heartbeat", new Date(script().at + 5_000).toISOString(), true],
      ["stream_stopped", new Date(script().at + 6_000).toISOString(), true],
    ])
    expect(records.at(-1)).toMatchObject({ reason: "signal", frame: null, seq: stopped.seq })
    const after = fold(folded, records)
    expect(after).toEqual(book(stopped))
    expect([...after.games.values()].map(({ verified, lines }) => [verified, lines.get("home")!.verified]))
      .toEqual([[false, false]])
  })

  it("happens once, and nothing is applied after it", () => {
    const stopped = stop(reduce(script()).state, script().at, "signal")
    expect(stop(stopped.state, script().at, "again").records).toEqual([])
    expect(() => apply(stopped.state, script().events)).toThrow("start a new state")
    expect(() => thaw(stopped.state).apply([])).toThrow("start a new state")
  })

  it("carries the connection that was last taken, not one passed over", () => {
    const twice = new Script().connect().frame(full()).disconnect().connect()
    twice.events.push(makeFrame("main", 1, twice.at, "{}"))
    expect(stop(reduce(twice).state, twice.at, "done").records.at(-1)).toMatchObject({ epoch: 2, reason: "done" })
  })

  it("before anything began says nothing", () => {
    expect(stop(reduce([]).state, 0, "signal").records).toEqual([])
  })
})

describe("tracking without a book", () => {
  it("reports games, gaps and settling, and no line", () => {
    const script = new Script().connect().frame(full("A"), full("B")).disconnect().connect().frame(full("A")).wait(
      10_000,
    )
    const { steps, sync } = track(makeSync({ run }), script.tick().events)
    expect(sync.depth).toBe("sync")
    expect(steps.flatMap((step) => step.records).map((record) => "control" in record ? record.control : record.change))
      .toEqual([
        "stream_started",
        "game_opened",
        "game_opened",
        "gap_opened",
        "game_verified",
        "game_closed",
        "gap_closed",
        "synced",
        "heartbeat",
      ])
  })

  it("gives each event its step", () => {
    const script = new Script().connect().frame(full()).wait(60_000).tick()
    const reduced = reduce(script)
    expect(reduced.steps.map((step) => step.event)).toEqual(script.events)
    expect(since(reduced, 3).length, "a settling and six heartbeats").toBe(7)
  })
})
