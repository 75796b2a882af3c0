import { getLine, isActionable, type NotActionable, stop, totals, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { reduce } from "./reduce.ts"

const ref = { sportsbook: "betmgm", game: "A", outcome: "home" }
const full = (odds: string | null = "-110") => message("initial_state", "betmgm", "A", { home: outcome(odds) })
const live = () => new Script().connect().frame(full())

describe("a line is to be acted on", () => {
  it("where it is verified and priced, its game complete, its session and book fresh", () => {
    const script = live()
    const { state } = reduce(script)
    expect(whyNotActionable(state, ref, script.at)).toBeUndefined()
    expect(isActionable(state, ref, script.at)).toBe(true)
    expect(getLine(state, ref)).toMatchObject({ odds: -110, verified: true })
  })

  it("and otherwise not, with the reason", () => {
    const cases: ReadonlyArray<readonly [NotActionable, Script]> = [
      ["unknown", new Script().connect()],
      ["suspended", live().frame(full(null))],
      ["suspended", live().frame(full("1.91"))],
      ["unknown", live().frame(message("game_update", "betmgm", "A", {}))],
      ["unverified", live().tick(0)],
      ["unverified", live().disconnect().connect().raw("ping")],
      ["partial", new Script().connect().frame(message("line_update", "betmgm", "A", { home: outcome("-110") }))],
      ["stale", live().silent()],
      ["stale", live().pause().wait(5_000).tick()],
      ["disconnected", live().disconnect()],
    ]
    for (const [reason, script] of cases) {
      const { state } = reduce(script)
      expect(whyNotActionable(state, ref, script.at)).toBe(reason)
      expect(isActionable(state, ref, script.at)).toBe(false)
    }
  })

  it("not after the end of the run", () => {
    const script = live()
    const { state } = stop(reduce(script).state, script.at, "done")
    expect(whyNotActionable(state, ref, script.at)).toBe("stopped")
  })

  it("not 25 seconds after the last frame, whether or not anyone said so", () => {
    const script = live()
    const { state } = reduce(script)
    expect(isActionable(state, ref, script.at + 24_999)).toBe(true)
    expect(whyNotActionable(state, ref, script.at + 25_000)).toBe("silent")
    expect(whyNotActionable(state, ref, script.at + 3_600_000)).toBe("stale")
  })

  it("not five seconds into a pause, whether or not anyone said so", () => {
    const script = live().pause()
    const { state } = reduce(script)
    expect(isActionable(state, ref, script.at + 4_999)).toBe(true)
    expect(whyNotActionable(state, ref, script.at + 5_000)).toBe("stale")
  })

  it("not at a time that is not a number", () => {
    expect(isActionable(reduce(live()).state, ref, NaN)).toBe(false)
  })

  it("not while the game may have lines that are not known, and then it is", () => {
    const script = new Script().connect().frame(message("line_update", "betmgm", "A", { home: outcome("-110") }))
    expect(isActionable(reduce(script.frame(full())).state, ref, script.at)).toBe(true)
  })

  it("is unknown, whatever of its place is", () => {
    const { state } = reduce(live())
    for (const wrong of [{ sportsbook: "x" }, { game: "x" }, { outcome: "x" }]) {
      expect(whyNotActionable(state, { ...ref, ...wrong }, 0)).toBe("unknown")
      expect(getLine(state, { ...ref, ...wrong })).toBeUndefined()
    }
  })
})

describe("totals", () => {
  it("count as verified only what is neither unverified nor stale", () => {
    const verified = (script: Script) => totals(reduce(script).state).gamesVerified
    expect(verified(live())).toBe(1)
    expect(verified(live().silent())).toBe(0)
    expect(verified(live().disconnect())).toBe(0)
    expect(verified(live().wait(300_000).tick())).toBe(0)
  })
})
