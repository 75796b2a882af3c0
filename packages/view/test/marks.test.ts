/** Marks, moves and signals, record by record. */
import type { Change, Control, LineChange } from "@boltodds/protocol"
import { defaultMarket, View, type ViewOptions } from "@boltodds/view"
import { describe, expect, it } from "vitest"
import { moneyline, Records, start } from "../../signals/test/records.ts"

/** A view and its records: a game at each of these sportsbooks, with a price for the home team. */
const opened = (prices: Readonly<Record<string, number | null>>, options: ViewOptions = {}) => {
  const records = new Records()
  const view = new View(options)
  let now = start
  const take = (...all: ReadonlyArray<Change | Control>): void => view.takeChanges(all, now)
  take(records.control("stream_started"))
  for (const [sportsbook, odds] of Object.entries(prices)) {
    take(
      records.game("game_opened", sportsbook),
      records.line("line_opened", sportsbook, moneyline("home", odds)),
      records.line("line_opened", sportsbook, moneyline("away", odds === null ? null : -180)),
    )
  }
  const move = (sportsbook: string, from: number, to: number, more: object = {}): void =>
    take(records.line("line_moved", sportsbook, { ...moneyline("home", to), previous_odds: from, ...more }))
  const wait = (millis: number): void => {
    now += millis
  }
  const row = () => view.board({ market: defaultMarket }, now)[0]!.rows[0]!
  const cell = (sportsbook: string) => row().cells.get(sportsbook)
  return { records, view, take, move, wait, row, cell, at: () => now }
}

const gap = { reason: "network", code: null, detail: "broken off", sportsbooks: [], games: 1, lines: 2 }

describe("a move", () => {
  it("is marked by what it pays: new for 5 seconds, and for a minute at all", () => {
    const { move, cell, wait } = opened({ draftkings: -105, fanduel: 100 })
    move("draftkings", -105, 105)
    expect(cell("draftkings")?.move).toEqual({ direction: "longer", isNew: true, from: -105 })
    wait(5_000)
    expect(cell("draftkings")?.move?.isNew).toBe(false)
    wait(54_999)
    expect(cell("draftkings")?.move?.isNew).toBe(false)
    wait(1)
    expect(cell("draftkings")?.move).toBe(null)
  })

  it("is no mark of a price that is not live any more", () => {
    const { move, cell, take, records } = opened({ draftkings: -105 })
    move("draftkings", -105, -120)
    expect(cell("draftkings")?.move?.direction).toBe("shorter")
    take(records.control("gap_opened", gap))
    expect([cell("draftkings")?.move, cell("draftkings")?.state, cell("draftkings")?.odds]).toEqual([
      null,
      "unverified",
      -120,
    ])
  })

  it.each([
    ["found after a gap", { cause: "resync" }],
    ["that waited in buffers", { delayed: true }],
    ["to another line", { line: 2, previous_line: 1 }],
  ])("is no mark of a change %s", (_, more) => {
    const { move, cell, view, at } = opened({ draftkings: -105 })
    move("draftkings", -105, -120, more)
    expect([cell("draftkings")?.move ?? null, view.moves(at()).length]).toEqual([null, 0])
  })

  it("of a sportsbook at which nobody bets is not marked, and its price is never the best", () => {
    const { move, cell, row, view, at } = opened({ consensus: 100, fanduel: -110 })
    move("consensus", 100, 300)
    expect([cell("consensus")?.move, cell("consensus")?.excluded, view.moves(at())]).toEqual([null, "synthetic", []])
    expect(row().best?.sportsbooks).toEqual(["fanduel"])
  })

  it("is one row for both sides of a line, and for sportsbooks that share prices", () => {
    const { take, records, view, wait, at } = opened({ bodog: -110, bovada: -110, fanduel: -110 })
    const both = (sportsbook: string): ReadonlyArray<Change> => [
      records.line("line_moved", sportsbook, { ...moneyline("home", 105), previous_odds: -110 }),
      records.line("line_moved", sportsbook, { ...moneyline("away", -130), previous_odds: -180 }),
    ]
    take(...both("bodog"), ...both("bovada"))
    wait(500)
    take(...both("fanduel"))
    const rows = view.moves(at())
    expect(
      rows.map(({ sportsbooks, sides }) => [
        sportsbooks.join("+"),
        sides.map(({ from, to, direction, isCurrent }) => `${from} ${to} ${direction} ${isCurrent}`),
      ]),
    ).toEqual([
      ["fanduel", ["-110 105 longer true", "-180 -130 longer true"]],
      ["bodog+bovada", ["-110 105 longer true", "-180 -130 longer true"]],
    ])
    take(records.line("line_suspended", "bovada", { ...moneyline("home", null), previous_odds: 105 }))
    expect(view.moves(at())[1]!.sides[0]!.isCurrent).toBe(false)
  })
})

describe("the best price", () => {
  it("is the one that pays most, at all sportsbooks that have it", () => {
    const { row, cell } = opened({ draftkings: -105, fanduel: 102, betmgm: 102, caesars: null })
    expect(row().best).toMatchObject({ odds: 102, sportsbooks: ["betmgm", "fanduel"], of: 3 })
    expect([cell("fanduel")?.isBest, cell("draftkings")?.isBest, cell("caesars")?.state]).toEqual([
      true,
      false,
      "suspended",
    ])
  })

  it("is never of a partial game, of another start, or of prices that contradict each other", () => {
    const { take, records, cell, row } = opened({ draftkings: -105, fanduel: -110 })
    take(
      records.game("game_opened", "betmgm", { partial: true }),
      records.line("line_opened", "betmgm", moneyline("home", 500)),
    )
    take(
      records.game("game_opened", "kalshi", { starts_at: "2026-01-17T23:10:00.000Z" }),
      records.line("line_opened", "kalshi", moneyline("home", 400)),
    )
    take(
      records.game("game_opened", "novig"),
      records.line("line_opened", "novig", moneyline("home", 300)),
      records.line("line_opened", "novig", moneyline("away", 110)),
    )
    expect(["betmgm", "kalshi", "novig"].map((name) => cell(name)?.excluded)).toEqual([
      "partial",
      "other_start",
      "torn",
    ])
    expect(row().best?.sportsbooks).toEqual(["draftkings"])
  })

  it("breaks its history where none is live", () => {
    const { view, take, records, wait, at } = opened({ draftkings: 100 })
    const look = () => view.history(view.board({ market: defaultMarket }, at()), at())
    look()
    wait(1000)
    take(records.control("gap_opened", gap))
    look()
    wait(1000)
    look()
    const [points] = look().values()
    expect(points).toEqual([{ at: start, p: 0.5 }, { at: start + 1000, p: null }])
  })
})

describe("the banner", () => {
  it("says what the control said, and goes when the games are verified", () => {
    const { view, take, records, wait } = opened({ draftkings: 100, fanduel: 100 })
    expect(view.banner).toBe(null)
    wait(1000)
    take(records.control("gap_opened", gap))
    expect(view.banner).toMatchObject({
      kind: "gap",
      isAll: true,
      sportsbooks: ["draftkings", "fanduel"],
      reason: "broken off",
      since: start + 1000,
    })
    const { sport, game } = [...view.book.games.values()][0]!
    take(records.control("game_verified", { sport, game, sportsbook: "fanduel", lines: 2, changed: 0 }))
    expect(view.banner).toMatchObject({ isAll: false, sportsbooks: ["draftkings"], gamesLive: 1 })
    take(records.control("game_verified", { sport, game, sportsbook: "draftkings", lines: 2, changed: 0 }))
    expect(view.banner).toBe(null)
  })

  it("stands while a sportsbook is stale, and after records were lost", () => {
    const { view, take, records } = opened({ draftkings: 100, fanduel: 100 })
    take(records.control("stale", { sportsbook: "fanduel", reason: "late", age_ms: 12_000 }))
    expect(view.banner).toMatchObject({ kind: "stale", sportsbooks: ["fanduel"], reason: "late" })
    take(records.control("fresh", { sportsbook: "fanduel" }))
    expect(view.banner).toBe(null)
    take(records.control("dropped", { lane: "board", reason: "full", count: 3, first_seq: 1, last_seq: 3 }))
    expect(view.banner).toMatchObject({ kind: "lossy", isAll: true })
  })
})

describe("signals", () => {
  const subject = {
    event: "1e1f1b8dc2ec",
    sport: "NBA",
    family: "basketball",
    home_team: "Chicago Bulls",
    away_team: "Utah Jazz",
    starts_at: null,
    phase: null,
    period: "game",
    kind: "moneyline",
    scope: "game",
    participant: null,
    stat: null,
    line: null,
  }
  const stamp = (seq: number) => ({ run: "r", seq, session: "main", epoch: 1, at: "", sent_at: null, frame: 1 })
  const best = (seq: number, side: string, odds: number, net: number, more: object = {}) => ({
    ...stamp(seq),
    ...subject,
    best: "opened",
    key: `1e1f1b8dc2ec|game|moneyline|game||||${side}`,
    side,
    odds,
    net,
    sportsbooks: ["fanduel"],
    sessions: ["main"],
    of: 3,
    booksum: 1,
    warnings: [],
    ...more,
  } as never)

  it("make a row of both sides, with the hold of the prices that stand now", () => {
    const view = new View()
    view.takeBest([best(1, "home", 110, 2.1, { booksum: null }), best(2, "away", 100, 2)], start)
    const [row] = view.best(start + 1500)
    expect([row!.hold!.toFixed(4), row!.ageMs, row!.sides.map(({ name }) => name)])
      .toEqual(["-0.0238", 1500, ["Chicago Bulls", "Utah Jazz"]])
    view.takeBest([best(3, "home", 100, 2, { best: "moved" })], start)
    expect(view.best(start)[0]!.hold).toBe(0)
    view.takeBest([best(4, "away", 100, 2, { best: "closed" })], start)
    expect(view.best(start)[0]!.hold).toBe(null)
    view.takeBest([{ ...stamp(5), control: "gap_opened" } as never], start)
    expect(view.best(start)).toEqual([])
  })

  it("keep a closed opportunity for 10 seconds, with its reason, after the open ones", () => {
    const view = new View()
    const opportunity = (id: string, kind: string, more: object = {}) => ({
      ...stamp(1),
      ...subject,
      opportunity: kind,
      id,
      key: "",
      type: "arb",
      value: 0.0123,
      booksum: 0.98,
      stakes: [0.5, 0.5],
      legs: [{
        sportsbook: "fanduel",
        session: "main",
        side: "home",
        line: null,
        odds: 105,
        link: null,
        price_age_ms: 300,
      }],
      fees: "none",
      warnings: [],
      ...more,
    } as never)
    view.takeOpportunities([opportunity("a", "opened"), opportunity("b", "opened", { value: 0.002 })], start)
    expect(view.opportunities(start + 700).map(({ id, openMs, oldestMs }) => [id, openMs, oldestMs]))
      .toEqual([["a", 700, 1000], ["b", 700, 1000]])
    view.takeOpportunities([opportunity("a", "closed", { reason: "price", open_ms: 800 })], start + 800)
    expect(view.opportunities(start + 900).map(({ id, isOpen, reason }) => [id, isOpen, reason]))
      .toEqual([["b", true, null], ["a", false, "price"]])
    expect(view.opportunities(start + 10_800).map(({ id }) => id)).toEqual(["b"])
  })
})

it("names the markets, those of the whole game first", () => {
  const { take, records, view } = opened({ draftkings: 100 })
  const total = (outcome: string, market: string, side: string) => ({ outcome, market, side, line: 210.5, odds: -110 })
  take(
    records.line("line_opened", "draftkings", total("Over 210.5", "Total", "over")),
    records.line("line_opened", "draftkings", total("Over 105.5", "1st Half Total", "over")),
  )
  expect(view.markets.map(({ label }) => label)).toEqual(["Moneyline", "Total", "1st Half Total"])
  expect(view.board({ market: view.markets[1]!.id }, start)[0]!.rows.map(({ name, line }) => `${name} ${line}`))
    .toEqual(["Chicago Bulls o210.5"])
  expect(view.board({ market: defaultMarket, filter: "jazz nba" }, start).length).toBe(1)
  expect(view.board({ market: defaultMarket, filter: "lakers" }, start).length).toBe(0)
})

it("marks a line as another bet's when its side changes", () => {
  const { view, take, records, at } = opened({ draftkings: 100 })
  const amended = records.line("line_amended", "draftkings", { ...moneyline("away", 100), outcome: "home Moneyline" })
  take(amended)
  const rows = view.board({ market: defaultMarket }, at())[0]!.rows
  // Two outcomes for one bet: the worse price counts.
  expect(rows.map(({ side, best }) => [side, best?.odds])).toEqual([["away", -180]])
  void (amended as LineChange)
})
