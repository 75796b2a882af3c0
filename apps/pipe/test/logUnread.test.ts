import type { Control, FeedEvent } from "@boltodds/protocol"
import type { Unread } from "@boltodds/pipeline"
import type { Step } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import type { CommandLog } from "../src/log/Log.ts"
import { makeUnreadLog } from "../src/log/logUnread.ts"

const start = Date.UTC(2026, 6, 16)

/** A log that keeps its lines, and what is written to it. */
const watched = () => {
  const lines: Array<string> = []
  const log: CommandLog["log"] = (level, message, fields = {}) =>
    void lines.push(`${level}: ${message}${"not_shown" in fields ? ` (${String(fields["not_shown"])} more)` : ""}`)
  return { lines, unread: makeUnreadLog({ log } as CommandLog) }
}
const tick = (at: number): FeedEvent => ({ _tag: "Tick", session: "feed", epoch: 1, at, wall: at })
const stamp = { run: "01", seq: 1, part: 0, session: "feed", epoch: 1, at: "", sent_at: null, frame: 1 }
const step = (at: number, ...records: ReadonlyArray<object>): Step => ({
  event: tick(at),
  records: records.map((record) => ({ ...stamp, ...record }) as Control),
})
const quarantined = (fields: object): object => ({
  control: "quarantined",
  reason: 'unknown action "odds_update"',
  touches: "game",
  sportsbook: "draftkings",
  game: "A vs B",
  outcome: null,
  text: "",
  action: "odds_update",
  ...fields,
})

describe("what is not understood", () => {
  it("is a warning that names the scope and the flag", () => {
    const { lines, unread } = watched()
    unread.onStep(step(start, quarantined({})))
    unread.onStep(step(start, quarantined({ action: "it's new", reason: "x", touches: "sportsbook", game: null })))
    unread.onStep(step(start, quarantined({ action: undefined, reason: "gzip-compressed frame", touches: "session" })))
    expect(lines).toEqual([
      'warn: cannot read a message (unknown action "odds_update"): draftkings A vs B is unverified until one can be read. ' +
      "If it is harmless: --ignore-action odds_update",
      "warn: cannot read a message (x): draftkings is unverified until one can be read. If it is harmless: --ignore-action 'it'\\''s new'",
      "warn: cannot read a message (gzip-compressed frame): the whole session is unverified until one can be read",
    ])
  })

  it("is logged once a minute for each cause, with how many were left out", () => {
    const { lines, unread } = watched()
    for (let second = 0; second < 60; second++) {
      unread.onStep(step(start + second * 1000, quarantined({ game: `game ${second}` })))
    }
    expect(lines).toHaveLength(1)
    unread.onStep(step(start + 60_000, quarantined({ game: "game 60" })))
    expect(lines[1]).toContain("game 60 is unverified")
    expect(lines[1]).toContain("(59 more)")
  })

  it("is not logged again where its words are in the log and nothing is unverified for it", () => {
    const { lines, unread } = watched()
    const silent = {
      action: "warning",
      reason: 'unknown action "warning"',
      touches: "nothing",
      sportsbook: null,
      game: null,
    }
    const notice = { control: "feed_notice", action: "warning", level: "warning", message: "maintenance at noon" }
    unread.onStep(step(start, quarantined(silent), notice))
    unread.onStep(step(start + 1000, quarantined(silent)))
    expect(lines).toEqual([])
    unread.onStep(
      step(start + 2000, quarantined({ ...silent, touches: "game", sportsbook: "fanduel", game: "A vs B" })),
    )
    expect(lines).toHaveLength(1)
  })

  it("is an information where nothing is unverified for it", () => {
    const { lines, unread } = watched()
    unread.onStep(step(start, quarantined({ touches: "nothing", sportsbook: null, game: null })))
    expect(lines).toEqual([
      'info: cannot read a message (unknown action "odds_update"): it names no price, so none is unverified',
    ])
  })

  it("names the bound that it was beyond, and how to set that", () => {
    const lines: Array<unknown> = []
    const unread = makeUnreadLog({ log: (...line) => void lines.push(line) } as Pick<CommandLog, "log"> as CommandLog)
    const refused = { reason: "limited: more than 2 games", refused: 1, action: undefined }
    unread.onStep(step(start, quarantined({ ...refused, limit: { name: "games", bound: 2 } })))
    const message =
      "cannot apply all of a message (limited: more than 2 games): draftkings A vs B is unverified until a " +
      "whole message fits. To raise the bound: limits.games or --limit games=VALUE"
    expect(lines).toEqual([["warn", message, { event: "beyond_bound", limit: "games", bound: 2 }]])
  })

  it("says that a resync follows", () => {
    const { lines, unread } = watched()
    const wanted = {
      control: "resync_wanted",
      reason: "x",
      sportsbook: "draftkings",
      game: null,
      unverified_ms: 60_400,
    }
    unread.onStep(step(start, wanted))
    expect(lines).toEqual(["warn: draftkings is unverified for 60 s (x): connecting again"])
  })

  it("says once that a game moved", () => {
    const { lines, unread } = watched()
    unread.onStep(step(
      start,
      { control: "game_rekeyed", sportsbook: "betmgm", game: "new", previous_game: "old" },
      quarantined({ game: "old", reason: "the game moved", action: undefined }),
    ))
    expect(lines).toEqual(["warn: betmgm moved a game to another key: old is unverified, new is live"])
  })

  it("counts late arrivals, with a line a minute at most", () => {
    const { lines, unread } = watched()
    let lateArrivals = 0
    unread.counting(() => ({ lateArrivals }) as Unread)
    const at = (second: number, count: number): void => {
      lateArrivals = count
      unread.onStep(step(start + second * 1000))
    }
    at(0, 0)
    at(1, 1)
    at(2, 5)
    at(62, 5)
    at(63, 5)
    expect(lines).toEqual([
      "warn: dropped 1 late arrival (sent before the removal that they follow)",
      "warn: dropped 4 late arrivals (sent before the removal that they follow)",
    ])
  })
})
