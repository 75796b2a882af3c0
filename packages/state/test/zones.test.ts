import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, reduce, since } from "./reduce.ts"

const start = "2026-11-29T16:00"
const game = (action: string, timestamp: string, odds: string) =>
  message(action, "betmgm", "A", action === "game_removed" ? {} : { home: outcome(odds) }, { timestamp })

describe("server times", () => {
  it("without a zone are UTC: an update sent after a removal opens its game again", () => {
    for (
      const removed of [`${start}:01.000001`, `${start}:01`, "2026-11-29 16:00:01", `${start}:01Z`, `${start}:01+0000`]
    ) {
      const script = new Script().connect().frame(game("initial_state", `${start}:00.000001+00:00`, "-110"))
      script.frame(game("game_removed", removed, ""))
      const before = script.events.length
      script.frame(game("line_update", `${start}:05.000001+00:00`, "-130"))
      expect(brief(since(reduce(script), before)), removed).toEqual([
        "game_opened betmgm A (feed)",
        "line_opened betmgm A home -130 (feed)",
      ])
    }
  })

  it("of two forms are compared to the microsecond", () => {
    const lateness = (first: string, second: string) => {
      const script = new Script().connect().frame(game("initial_state", `${start}:00Z`, "-110"))
      script.frame(game("line_update", first, "-120")).frame(game("line_update", second, "-130"))
      const last = reduce(script).records.at(-1)!
      return "late" in last
    }
    expect(lateness(`${start}:05.000002Z`, `${start}:05.000001+00:00`)).toBe(true)
    expect(lateness(`${start}:05.000001Z`, `${start}:05.000002+00:00`)).toBe(false)
    expect(lateness("2026-11-29 16:00:05.000002+00:00", `${start}:05.000001+00:00`)).toBe(true)
    expect(lateness("2026-11-29 16:00:05.000001+00:00", `${start}:05.000002+00:00`)).toBe(false)
  })

  it("may be seconds or milliseconds since the epoch, as a number too", () => {
    const at = Date.UTC(2026, 10, 29, 16)
    for (const timestamp of [at / 1000 + 0.25, at + 250, String(at + 250)]) {
      const script = new Script("main", at + 500).connect()
        .frame({ ...message("initial_state", "betmgm", "A", {}) as object, timestamp }).wait(10_000).tick()
      const { records } = reduce(script)
      expect(find(records, { change: "game_opened" })).toMatchObject({ sent_at: String(timestamp) })
      expect(find(records, { control: "heartbeat" })).toMatchObject({ lag_ms: 250 })
    }
  })
})
