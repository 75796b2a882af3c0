import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type Change,
  changeKey,
  compose,
  type Control,
  emptyBook,
  fold,
  type GameChange,
  gameId,
  isLive,
  type LineChange,
} from "../src/index.ts"
import { gameChange, lineChange } from "@boltodds/testing/changes"

/** A choice of what happens next to a line: the first that is possible in its state, as a feed could bring it. */
interface Turn {
  readonly act: "toggle" | "price" | "close" | "amend"
  readonly odds: number
  readonly line: number
  readonly unverified: boolean
}
const turn: fc.Arbitrary<Turn> = fc.record({
  act: fc.constantFrom("toggle", "price", "close", "amend"),
  odds: fc.constantFrom(-110, -115, 100),
  line: fc.constantFrom(1.5, 2.5),
  unverified: fc.boolean(),
})

interface Quote {
  readonly odds: number | null
  readonly line: number | null
}

/** Changes of one line as a reducer would make them, from a line that stands (or not) before the first. */
const lineHistory = (turns: ReadonlyArray<Turn>, before: Quote | undefined): ReadonlyArray<LineChange> => {
  let now = before
  return turns.map(({ act, odds, line, unverified }, index) => {
    const previous = now
    const closes = act === "close" && previous !== undefined
    const next: Quote = act === "amend" && previous !== undefined
      ? previous
      : act === "toggle" && previous?.odds !== null
      ? { odds: null, line }
      : { odds, line }
    const kind = previous === undefined
      ? "line_opened"
      : closes
      ? "line_closed"
      : previous.odds !== null && next.odds === null
      ? "line_suspended"
      : previous.odds === null && next.odds !== null
      ? "line_resumed"
      : previous.odds !== next.odds || previous.line !== next.line
      ? "line_moved"
      : "line_amended"
    now = closes ? undefined : next
    return lineChange({
      change: kind,
      seq: index + 2,
      odds: closes ? null : next.odds,
      line: closes ? previous.line : next.line,
      previous_odds: previous?.odds ?? null,
      previous_line: previous?.line ?? null,
      ...(unverified ? { unverified: true as const } : {}),
      link: `link ${index}`,
    })
  })
}

const opened = gameChange({ change: "game_opened" })
const standing = lineChange({ change: "line_opened", odds: -110, line: 1.5, previous_odds: null, previous_line: null })

/** All of them as one, left to right. */
const composeAll = (changes: ReadonlyArray<Change>): Change | undefined =>
  changes.reduce<Change | undefined>((older, newer) => older === undefined ? newer : compose(older, newer), undefined)
const asList = (change: Change | undefined) => change === undefined ? [] : [change]

const history = fc.tuple(fc.array(turn, { minLength: 2, maxLength: 8 }), fc.boolean())

describe("fold(compose(a, b)) = fold(a, b)", () => {
  it("for any history of a line", () => {
    fc.assert(
      fc.property(history, ([turns, stands]) => {
        const before = fold(emptyBook, stands ? [opened, standing] : [opened])
        const changes = lineHistory(turns, stands ? { odds: -110, line: 1.5 } : undefined)
        expect(fold(before, asList(composeAll(changes)))).toEqual(fold(before, changes))
      }),
      { numRuns: 2000 },
    )
  })

  it("for any history of a game, resets included", () => {
    const step = fc.record({
      act: fc.constantFrom("amend", "close", "fill"),
      partial: fc.boolean(),
      unverified: fc.boolean(),
      home_team: fc.constantFrom("A", "B", null),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), fc.boolean(), (steps, stands) => {
        let known = stands
        let partial = false
        const changes = steps.map(({ act, home_team, ...rest }, index): GameChange => {
          if (!known) {
            known = true
            partial = rest.partial
            return gameChange({
              change: "game_opened",
              seq: index,
              home_team,
              partial,
              ...(rest.unverified ? { unverified: true as const } : {}),
            })
          }
          if (act === "close") {
            known = false
            return gameChange({ change: "game_closed", seq: index, home_team, partial })
          }
          // A full message makes a partial game whole; nothing makes a whole one partial.
          if (act === "fill") partial = false
          return gameChange({ change: "game_amended", seq: index, home_team, partial })
        })
        // Lines stand before: what closes and opens the game again must not keep them.
        // What cancels leaves no record that could say whose it was.
        const before = { ...fold(emptyBook, stands ? [opened, standing] : []), run: opened.run }
        expect(fold(before, asList(composeAll(changes)))).toEqual(fold(before, changes))
      }),
      { numRuns: 2000 },
    )
  })

  it("it does not matter where the merging begins, as long as nothing cancels", () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 3, maxLength: 3 }), (turns) => {
        const [a, b, c] = lineHistory(turns, { odds: -110, line: 1.5 }) as [Change, Change, Change]
        const [left, right] = [compose(a, b), compose(b, c)]
        fc.pre(left !== undefined && right !== undefined)
        expect(compose(left!, c)).toEqual(compose(a, right!))
      }),
      { numRuns: 2000 },
    )
  })
})

describe("a merged line change", () => {
  const of = (...quotes: ReadonlyArray<number | null>): Change | undefined =>
    composeAll(
      quotes.slice(1).map((odds, index) => {
        const previous_odds = quotes[index]!
        const change = odds === null ? "line_suspended" : previous_odds === null ? "line_resumed" : "line_moved"
        return lineChange({ change, odds, previous_odds, seq: index + 1 })
      }),
    )

  it("keeps the oldest previous odds, the newest stamp, and counts what it holds", () => {
    expect(of(-110, -115, -120)).toEqual(lineChange({ odds: -120, previous_odds: -110, seq: 2, merged: 2 }))
    expect(of(-110, -115, -120, -125)).toMatchObject({ merged: 3, previous_odds: -110, odds: -125 })
  })
  it("is named by the whole step: flaps merge", () => {
    expect(of(-110, null, -110)).toMatchObject({ change: "line_amended" })
    expect(of(-110, null, -115)).toMatchObject({ change: "line_moved" })
    expect(of(-110, -115, null)).toMatchObject({ change: "line_suspended" })
    expect(of(null, -115, -120)).toMatchObject({ change: "line_resumed" })
  })
  it("of opened and closed is nothing; of closed and opened is one step", () => {
    const open = lineChange({ change: "line_opened", previous_odds: null, previous_line: null })
    const close = lineChange({ change: "line_closed", odds: null, previous_odds: -110 })
    expect(compose(open, close)).toBe(undefined)
    expect(compose(close, open)).toMatchObject({ change: "line_amended", previous_odds: -110, previous_line: -1.5 })
    expect(compose(close, { ...open, odds: -120 })).toMatchObject({ change: "line_moved", previous_odds: -110 })
  })
  it("cannot be made of a line and a game", () => {
    expect(() => compose(lineChange(), gameChange())).toThrow(TypeError)
  })
})

describe("keys", () => {
  it("distinguish a game's change from a line's, and lines, games and sportsbooks", () => {
    const keys = [
      changeKey(gameChange({ game: "a" })),
      changeKey(lineChange({ game: "a", outcome: "b" })),
      changeKey(lineChange({ game: "a", outcome: "" })),
      changeKey(lineChange({ game: "a", outcome: "b\u0000c" })),
      changeKey(lineChange({ game: "ab", outcome: "c" })),
      changeKey(lineChange({ game: "a", outcome: "b", sportsbook: "betmgm" })),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(gameId("a", "bc")).not.toBe(gameId("ab", "c"))
  })
})

describe("fold", () => {
  const stamp = {
    run: "r",
    seq: 9,
    session: "main",
    epoch: 1,
    at: "2026-07-16T04:54:37.438Z",
    sent_at: null,
    frame: null,
  }
  const { sport, sportsbook, game } = opened
  const id = gameId(sportsbook, game)
  const live = (book: typeof emptyBook) => {
    const known = book.games.get(id)!
    return isLive(book, known, known.lines.get(standing.outcome)!)
  }
  const verified: Control = { control: "game_verified", ...stamp, sport, sportsbook, game, lines: 1, changed: 0 }
  const gap: Control = {
    control: "gap_opened",
    ...stamp,
    reason: "closed",
    code: 1006,
    detail: null,
    sportsbooks: ["betmgm"],
    games: 1,
    lines: 1,
  }
  const base = fold(emptyBook, [opened, standing])

  it("does not change the book it is given", () => {
    const before = structuredClone(base)
    fold(base, [gap, lineChange({ odds: -200 }), gameChange({ change: "game_closed" })])
    expect(base).toEqual(before)
  })

  it("passes over kinds it does not know", () => {
    const unknown = [
      { ...stamp, control: "new_control", sportsbook, game },
      { ...lineChange(), change: "line_settled", odds: 5 },
      { ...gameChange(), change: "game_postponed" },
    ] as unknown as ReadonlyArray<Change>
    expect(fold(base, unknown)).toEqual(base)
  })

  it("after a gap nothing is live until its line changes or its game is verified", () => {
    expect(live(base)).toBe(true)
    const doubted = fold(base, [gap])
    expect(live(doubted)).toBe(false)
    expect(live(fold(doubted, [lineChange({ odds: -120 })]))).toBe(true)
    expect(fold(doubted, [lineChange({ odds: -120 })]).games.get(id)!.verified).toBe(false)
    expect(live(fold(doubted, [verified]))).toBe(true)
    expect(live(fold(base, [{ ...gap, session: "other" }]))).toBe(true)
  })

  it("a stale session or book is not live until it is fresh", () => {
    for (const  of of[null, sportsbook]) {
      const stale: Control = { control: "stale", ...stamp, reason: "silent", sportsbook: of, age_ms: 25_000 }
      const fresh: Control = { control: "fresh", ...stamp, sportsbook: of }
      expect(live(fold(base, [stale]))).toBe(false)
      expect(live(fold(base, [stale, fresh]))).toBe(true)
    }
    const other: Control = { control: "stale", ...stamp, reason: "book_silent", sportsbook: "betmgm", age_ms: 1 }
    expect(live(fold(base, [other]))).toBe(true)
  })

  it("what was quarantined is unverified, exactly as far as it touches", () => {
    const quarantined = (touches: "session" | "sportsbook" | "game" | "outcome" | "nothing", fields = {}): Control => ({
      control: "quarantined",
      ...stamp,
      reason: "not JSON",
      touches,
      sportsbook,
      game,
      outcome: null,
      text: "",
      ...fields,
    })
    for (const touches of ["session", "sportsbook", "game"] as const) {
      expect(live(fold(base, [quarantined(touches)]))).toBe(false)
    }
    for (const touches of ["outcome", "nothing"] as const) expect(live(fold(base, [quarantined(touches)]))).toBe(true)
    expect(live(fold(base, [quarantined("game", { game: "other" })]))).toBe(true)
    expect(live(fold(base, [quarantined("sportsbook", { sportsbook: "betmgm" })]))).toBe(true)
  })

  it("a change of a game that is not known never makes it look whole", () => {
    const fromLine = fold(emptyBook, [lineChange()]).games.get(id)!
    expect([fromLine.partial, fromLine.verified, fromLine.lines.get(standing.outcome)!.verified]).toEqual([
      true,
      false,
      true,
    ])
    expect(fold(emptyBook, [gameChange({ change: "game_amended" })]).games.get(id)!.verified).toBe(false)
    expect(fold(emptyBook, [lineChange({ change: "line_closed" })])).toEqual({ ...emptyBook, run: lineChange().run })
  })

  it("a new run forgets, and a stopped one is not live", () => {
    const started = { control: "stream_started", ...stamp, schema_version: 1, filters: {} } as const
    expect(fold(base, [started])).toEqual({ ...emptyBook, run: stamp.run })
    expect(live(fold(base, [{ control: "stream_stopped", ...stamp, reason: "signal" }]))).toBe(false)
  })
})
