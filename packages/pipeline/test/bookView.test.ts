import { bookView } from "@boltodds/pipeline"
import { type Book, type Change, type Control, emptyBook, fold, gameId, isLive } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { connected, disconnected, frame, game, message, outcome, start, tick } from "./fixtures.ts"

const makeView = bookView(() => ({ run: "01J00000000000000000000000" }))
const id = gameId("draftkings", game)
const liveOdds = (book: Book) => {
  const known = book.games.get(id)
  return known === undefined ? [] : [...known.lines.values()].map((line) => `${line.odds} ${isLive(book, known, line)}`)
}
const told = (records: ReadonlyArray<Change | Control>) =>
  records.map((record) => "control" in record ? record.control : record.change)

describe("the view of a book", () => {
  const snapshot = frame(message("initial_state", { A: outcome("-110"), B: outcome("+120") }))
  const move = frame(message("line_update", { A: outcome("-115") }), start + 1)

  it("gives the records of each turn", () => {
    const view = makeView()
    expect(told(view.turn([...connected(), snapshot]))).toEqual([
      "stream_started",
      "game_opened",
      "line_opened",
      "line_opened",
    ])
    expect(told(view.turn([move]))).toEqual(["line_moved"])
    expect(view.turn([])).toEqual([])
  })

  it("gives a reader that joins the whole book first; from then on all readers hold the same", () => {
    const view = makeView()
    let whole = fold(emptyBook, view.turn([...connected(), snapshot, move]))
    let late = fold(emptyBook, view.snapshot())
    expect(view.snapshot().map(({ last }) => last === true)).toEqual([false, false, false, true])
    expect(liveOdds(late)).toEqual(["-115 true", "120 true"])
    for (const event of [frame(message("line_update", { B: outcome(null) }), start + 2), disconnected(start + 3)]) {
      const records = view.turn([event])
      whole = fold(whole, records)
      late = fold(late, records)
      expect(late).toEqual(whole)
    }
    const inTheGap = fold(emptyBook, view.snapshot())
    expect(inTheGap).toEqual(whole)
    expect(liveOdds(inTheGap)).toEqual(["-115 false", "null false"])
  })

  it("makes a reader that was here before, and kept a book, forget it", () => {
    const view = makeView()
    let kept = fold(emptyBook, view.turn([...connected(), snapshot]))
    const gone = { action: "game_removed", data: { sport: "MLB", sportsbook: "draftkings", game, outcomes: {} } }
    view.turn([frame(gone, start + 1)])
    kept = fold(kept, view.snapshot())
    expect(told(view.snapshot())).toEqual(["stream_started"])
    expect(view.snapshot()[0]).toMatchObject({ seq: 5, at: new Date(start + 1).toISOString(), last: true })
    expect(liveOdds(kept)).toEqual([])
  })

  it("gives nothing to a reader that is there from the beginning", () => {
    expect(makeView().snapshot()).toEqual([])
  })

  it("reports at the end that nothing is live any more, at the time of the last event", () => {
    const view = makeView()
    const book = fold(emptyBook, view.turn([...connected(), snapshot, tick(start + 500)]))
    const last = view.end("closed")
    expect(last).toMatchObject([{
      control: "stream_stopped",
      reason: "closed",
      at: new Date(start + 500).toISOString(),
    }])
    expect(liveOdds(fold(book, last))).toEqual(["-110 false", "120 false"])
  })

  it("is made anew, with a run of its own, for each running of the source", () => {
    let runs = 0
    const make = bookView(() => ({ run: `run ${runs++}` }))
    const [one, other] = [make(), make()]
    expect([one, other].map((view) => view.turn(connected())[0]!.run)).toEqual(["run 0", "run 1"])
    expect(other.turn([snapshot]).map(({ seq }) => seq)).toEqual([2, 3, 4])
  })
})
