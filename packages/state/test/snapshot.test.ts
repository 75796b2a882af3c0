import { emptyBook, fold, isControl, isLive } from "@boltodds/protocol"
import { apply, book, snapshot } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { reduce } from "./reduce.ts"

const full = (sportsbook: string, game: string) =>
  message("initial_state", sportsbook, game, { home: outcome("-110"), away: outcome(null) })

/** A book with everything in it that can be unverified. */
const unverifiedBook = () =>
  new Script().connect().frame(full("caesars", "silent")).wait(290_000).disconnect().connect()
    .frame(full("betmgm", "verified"))
    .frame(message("line_update", "betmgm", "partial", { home: outcome("+100") }))
    .raw('{"action":"line_update","data":{"sportsbook":"betmgm","game":"verified","outcomes":7}}')
    .frame(message("line_update", "betmgm", "verified", { home: outcome("-110") }))
    .frame(full("betmgm", "good")).wait(1_000)

describe("a snapshot", () => {
  it("rebuilds the book from nothing, with what is unverified", () => {
    for (
      const script of [
        unverifiedBook(),
        unverifiedBook().silent(),
        unverifiedBook().wait(300_000).tick(),
        unverifiedBook().disconnect(),
      ]
    ) {
      const { state } = reduce(script)
      expect(fold(emptyBook, snapshot(state))).toEqual(book(state))
    }
  })

  it("has the time and the number of the last record", () => {
    const script = new Script().connect().frame(full("betmgm", "A")).wait(500).tick()
    const { state } = reduce(script)
    const records = snapshot(state)
    expect(records.map((record) => "change" in record && record.change)).toEqual([
      "game_opened",
      "line_opened",
      "line_opened",
    ])
    for (const record of records) {
      expect(record).toMatchObject({
        cause: "snapshot",
        seq: state.seq,
        at: new Date(script.at).toISOString(),
        frame: null,
      })
    }
    expect(records.map((record) => record.last ?? false)).toEqual([false, false, true])
  })

  it("never lets a reader believe, half way through, what is not live", () => {
    const { state } = reduce(unverifiedBook().wait(300_000).silent())
    const whole = book(state)
    let known = emptyBook
    for (const record of snapshot(state)) {
      known = fold(known, [record])
      for (const [id, game] of known.games) {
        for (const line of game.lines.values()) {
          const live = isLive(whole, whole.games.get(id)!, whole.games.get(id)!.lines.get(line.outcome)!)
          expect(isLive(known, game, line)).toBe(live)
        }
      }
    }
  })

  it("goes on with the records after it", () => {
    const script = unverifiedBook()
    const { state } = reduce(script)
    const from = script.events.length
    script.frame(full("caesars", "silent"), full("betmgm", "partial")).wait(20_000).tick()
    const next = apply(state, script.events.slice(from))
    const records = next.steps.flatMap((step) => step.records)
    expect(fold(fold(emptyBook, snapshot(state)), records)).toEqual(book(next.state))
  })

  it("of nothing is nothing", () => {
    expect(snapshot(reduce(new Script().connect()).state).filter((record) => !isControl(record))).toEqual([])
  })
})
