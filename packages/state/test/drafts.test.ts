import { apply, book, getLine, make, snapshot, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { run } from "./reduce.ts"

const full = (game: string, odds = "-110") =>
  message("initial_state", "betmgm", game, { home: outcome(odds), away: outcome("+100") })
const update = (game: string, odds: string) => message("line_update", "betmgm", game, { home: outcome(odds) })

/** Everything that can happen to a book. */
const rest = (script: Script) =>
  script.frame(update("A", "-120"))
    .frame(message("game_update", "betmgm", "A", { home: outcome("-120") }, { data: { home_team: "Other" } }))
    .frame(full("new")).raw('{"action":"line_update","data":{"outcomes":{}}}')
    .silent().heard().tick(0).disconnect().connect({ markets: ["Spread"] }).frame(clear("betmgm"))

describe("a state that was given out", () => {
  it("never changes, though the draft it came from goes on in place", () => {
    const script = new Script().connect().frame(full("A"), full("B"))
    const draft = thaw(make({ run }))
    draft.apply(script.events)
    const sealed = draft.seal()
    const before = [book(sealed), snapshot(sealed), sealed.seq]
    const given = script.events.length
    draft.apply(rest(script).events.slice(given))
    draft.stop(script.at + 60_000, "done")
    expect([book(sealed), snapshot(sealed), sealed.seq]).toEqual(before)
    expect(draft.seal().seq).toBeGreaterThan(sealed.seq)
  })

  it("never changes, whatever is applied to it, and gives the same each time", () => {
    const script = new Script().connect().frame(full("A"), full("B"))
    const { state } = apply(make({ run }), script.events)
    const before = [book(state), snapshot(state), state.seq]
    const more = rest(script).events.slice(3)
    const first = apply(state, more)
    expect([book(state), snapshot(state), state.seq]).toEqual(before)
    const again = apply(state, more)
    expect(again.steps).toEqual(first.steps)
    expect(book(again.state)).toEqual(book(first.state))
  })

  it("holds one line of many as it was, after the draft wrote to it more than once", () => {
    const script = new Script().connect().frame(full("A"))
    const draft = thaw(make({ run }))
    draft.apply(script.events)
    const states = ["-120", "-130", "-140"].map((price) => {
      draft.apply(script.frame(update("A", price)).events.slice(-1))
      return draft.seal()
    })
    const odds = states.map((state) => getLine(state, { sportsbook: "betmgm", game: "A", outcome: "home" })?.odds)
    expect(odds).toEqual([-120, -130, -140])
  })
})
