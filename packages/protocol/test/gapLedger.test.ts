import { type BlindWindow, type Control, type ControlKind, GapLedger } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"

const start = Date.UTC(2026, 6, 16)
const iso = (second: number): string => new Date(start + second * 1000).toISOString()

type Told = [second: number, control: ControlKind, fields?: Record<string, unknown>]

/** Controls in short, as the reducer emits them. */
const ledgerOf = (told: ReadonlyArray<Told>, most?: number): GapLedger => {
  const ledger = new GapLedger(most)
  const stamp = { run: "01", session: "feed", epoch: 1, sent_at: null, frame: null }
  const usual: Partial<Record<ControlKind, Record<string, unknown>>> = {
    gap_opened: { reason: "network", code: null, detail: null, sportsbooks: ["betmgm"], games: 2, lines: 9 },
    gap_closed: {
      duration_ms: 4_000,
      games: 1,
      changed: 3,
      absent: 1,
      unverified: 0,
      sportsbooks_missing: [],
      complete: true,
    },
    stale: { reason: "silent", sportsbook: null, age_ms: 25_000 },
    fresh: { sportsbook: null },
    quarantined: { reason: "not JSON", touches: "session", sportsbook: null, game: null, outcome: null, text: "{" },
  }
  for (const [index, [second, control, fields]] of told.entries()) {
    const record = { control, ...stamp, seq: index + 1, at: iso(second), ...usual[control], ...fields }
    ledger.note(record as unknown as Control)
  }
  return ledger
}

const brief = ({ kind, reason, opened_at, closed_at, duration_ms, complete }: BlindWindow) => {
  const second = (at: string | null) => at === null ? "…" : (Date.parse(at) - start) / 1000
  return `${kind} ${reason} ${second(opened_at)}–${second(closed_at)} ${duration_ms} ${complete}`
}

describe("the ledger of blind windows", () => {
  it("forgets the oldest unreadable sportsbooks with their windows, however many names are invented", () => {
    const invented = Array.from({ length: 5 }, (_, nth): Told => [
      nth,
      "quarantined",
      { touches: "sportsbook", sportsbook: `book ${nth}` },
    ])
    const again: Told = [9, "quarantined", { touches: "sportsbook", sportsbook: "book 4" }]
    expect(ledgerOf([...invented, again], 2).count).toBe(5)
    // It is no longer known to be open, and opens anew.
    expect(ledgerOf([...invented, [9, "quarantined", { touches: "sportsbook", sportsbook: "book 0" }]], 2).count).toBe(
      6,
    )
  })

  it("holds a gap from its opening to its closing, with what was at stake and what came of it", () => {
    const [window, ...more] = ledgerOf([[5, "gap_opened"], [19, "gap_closed"]]).windows
    expect(more).toEqual([])
    expect(window).toEqual({
      session: "feed",
      sportsbook: null,
      kind: "gap",
      reason: "network",
      opened_at: iso(5),
      closed_at: iso(19),
      duration_ms: 4_000,
      losses: 1,
      at_stake: { sportsbooks: ["betmgm"], games: 2, lines: 9 },
      outcome: { games: 1, changed: 3, absent: 1, unverified: 0, sportsbooks_missing: [] },
      complete: true,
    })
  })

  it("takes a second loss before the first has healed for the same window", () => {
    const { windows } = ledgerOf([[5, "gap_opened"], [9, "gap_opened", { reason: "closed", games: 1 }], [
      30,
      "gap_closed",
    ]])
    expect(windows.map(brief)).toEqual(["gap network 5–30 4000 true"])
    expect(windows[0]).toMatchObject({ losses: 2, at_stake: { games: 2 } })
  })

  it("has silence and what follows it as two windows without a hole between them", () => {
    expect(ledgerOf([[25, "stale"], [45, "gap_opened", { reason: "silent" }], [60, "gap_closed"]]).windows.map(brief))
      .toEqual(["stale silent 25–45 20000 false", "gap silent 45–60 4000 true"])
  })

  it("ends what is stale with what is fresh, sportsbook by sportsbook", () => {
    expect(
      ledgerOf([
        [10, "stale", { reason: "book_silent", sportsbook: "betmgm" }],
        [20, "stale", { reason: "book_silent", sportsbook: "fanduel" }],
        [30, "fresh", { sportsbook: "betmgm" }],
      ]).windows.map(brief),
    ).toEqual(["stale book_silent 10–30 20000 true", "stale book_silent 20–… null false"])
  })

  it("begins the gap that a jump of the clock causes with the jump", () => {
    expect(
      ledgerOf([[10, "clock_jumped", { jump_ms: 9_000 }], [11, "gap_opened", { reason: "clock_jumped" }], [
        25,
        "gap_closed",
      ]]).windows.map(brief),
    ).toEqual(["gap clock_jumped 10–25 4000 true"])
  })

  it("holds what could not be read and names no game until all is in step again", () => {
    expect(ledgerOf([[1, "quarantined"], [2, "stale"], [3, "fresh"], [40, "synced"]]).windows.map(brief))
      .toEqual(["quarantined not JSON 1–40 39000 true", "stale silent 2–3 1000 true"])
  })

  it("counts games that are unverified one by one, and outcomes not at all", () => {
    const ledger = ledgerOf([
      [1, "quarantined", { touches: "game", sportsbook: "betmgm", game: "A vs B" }],
      [2, "quarantined", { touches: "outcome" }],
      [3, "quarantined", { touches: "nothing" }],
    ])
    expect([ledger.windows, ledger.unverifiedGames]).toEqual([[], 1])
  })

  it("leaves open what a run did not live to see closed, and begins anew with the next", () => {
    const { windows } = ledgerOf([[1, "gap_opened"], [2, "stream_stopped"], [9, "stream_started"], [10, "gap_opened"], [
      20,
      "gap_closed",
    ]])
    expect(windows.map(brief)).toEqual(["gap network 1–… null false", "gap network 10–20 4000 true"])
  })

  it("keeps sessions apart", () => {
    const { windows } = ledgerOf([[1, "gap_opened"], [2, "gap_opened", { session: "other" }], [9, "gap_closed", {
      session: "other",
    }]])
    expect(windows.map(({ session, closed_at }) => [session, closed_at])).toEqual([["feed", null], ["other", iso(9)]])
  })

  it("keeps the newest of very many, and counts all", () => {
    const told = Array.from({ length: 10 }, (_, nth): Array<Told> => [[nth, "stale"], [nth, "fresh"]]).flat()
    const ledger = ledgerOf(told, 3)
    expect(ledger.count).toBe(10)
    expect(ledger.windows.map(({ opened_at }) => opened_at)).toEqual([iso(7), iso(8), iso(9)])
  })

  it("gives windows that later records do not change", () => {
    const ledger = ledgerOf([[1, "gap_opened"]])
    const [before] = ledger.windows
    ledger.note({ control: "gap_closed", session: "feed", at: iso(9) } as unknown as Control)
    expect(before!.closed_at).toBeNull()
    expect(ledger.windows[0]!.closed_at).toBe(iso(9))
  })
})
