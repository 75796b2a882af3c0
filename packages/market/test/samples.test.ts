/** Coverage on real captured data, where it lies beside the project. */
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import {
  eventKey,
  pairKey,
  pairLine,
  readSelection,
  type Selection,
  selectionKey,
  UnknownCounts,
} from "@boltodds/market"
import { parseOdds, readOutcome } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"

const folder = process.env["BOLTODDS_SAMPLES"] === undefined
  ? new URL("../../../../shared/samples/", import.meta.url)
  : new URL(`file://${process.env["BOLTODDS_SAMPLES"]}/`)
const present = existsSync(folder)

interface Message {
  readonly action: string
  readonly data?: {
    readonly sport: string
    readonly sportsbook: string
    readonly game: string
    readonly universal_game_id?: string
    readonly home_team: string
    readonly away_team: string
    readonly outcomes: Readonly<Record<string, unknown>>
  }
}

const messagesOf = (name: string): ReadonlyArray<Message> => {
  const bytes = readFileSync(new URL(name, folder))
  const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
  return text.split("\n").filter((line) => line !== "").flatMap((line) => {
    const value = JSON.parse(line)
    return value.frame ?? value
  })
}

interface Read {
  readonly sportsbook: string
  readonly game: string
  readonly outcome: string
  readonly market: string | null
  readonly priced: boolean
  readonly event: string
  readonly selection: Selection
}

const grouped = <Each>(values: Iterable<Each>, keyOf: (each: Each) => string | null): Map<string, Array<Each>> => {
  const groups = new Map<string, Array<Each>>()
  for (const each of values) {
    const key = keyOf(each) ?? ""
    groups.set(key, [...groups.get(key) ?? [], each])
  }
  return groups
}

/** Every outcome of every message, read; the last one of each line stands. */
const readAll = (messages: ReadonlyArray<Message>) => {
  const unknown = new UnknownCounts()
  const standing = new Map<string, Read>()
  let lines = 0
  for (const { data, action } of messages) {
    if (data?.outcomes === undefined) continue
    const { sport, sportsbook, game, home_team, away_team } = data
    if (action !== "line_update") {
      for (const [key, each] of standing) if (each.sportsbook === sportsbook && each.game === game) standing.delete(key)
    }
    for (const [outcome, value] of Object.entries(data.outcomes)) {
      lines++
      const line = { outcome, ...readOutcome(outcome, value, home_team, away_team) }
      const reading = readSelection(line, { sport, sportsbook, home_team, away_team })
      if (reading._tag === "Unknown") {
        unknown.add(sportsbook, sport, { market: reading.raw, reason: reading.reason })
        continue
      }
      const event = eventKey({ sport, game, universal_game_id: data.universal_game_id ?? null })
      const priced = parseOdds((value as { odds: unknown }).odds)._tag === "Priced"
      standing.set(`${sportsbook}|${game}|${outcome}`, {
        sportsbook,
        game,
        outcome,
        priced,
        event,
        market: line.market,
        selection: reading.selection,
      })
    }
  }
  return { lines, unknown, standing }
}

describe.skipIf(!present)("real data (skipped where the samples are not beside the project)", () => {
  it("of a day of nine sportsbooks is read whole, and each selection is one outcome of a sportsbook", () => {
    const { lines, unknown, standing } = readAll(messagesOf("mlb-2026-07-16.trace.ndjson.gz"))
    expect(lines).toBeGreaterThan(5000)
    expect(unknown.top()).toEqual([])
    const seen = new Map<string, string>()
    for (const { sportsbook, game, outcome, event, selection } of standing.values()) {
      const key = `${sportsbook}|${game}|${selectionKey(event, selection)}`
      expect([seen.get(key), key]).toEqual([undefined, key])
      seen.set(key, outcome)
    }
    const kinds = grouped(standing.values(), ({ market }) => market)
    expect([...kinds.keys()].toSorted()).toEqual(["Moneyline", "Spread", "Total"])
  })

  it("has its partner for nearly every price, found by a comparison of all with all as well", () => {
    const { standing } = readAll(messagesOf("mlb-2026-07-16.trace.ndjson.gz"))
    const priced = [...standing.values()].filter((each) => each.priced)
    const pairs = grouped(
      priced,
      ({ sportsbook, game, event, selection }) => `${sportsbook}|${game}|${pairKey(event, selection)}`,
    )
    const paired = [...pairs.values()].filter((sides) => sides.length === 2).length * 2
    expect([...pairs.values()].every((sides) => sides.length <= 2)).toBe(true)
    // One-sided ladders of alternate spreads are a sportsbook's choice.
    expect(paired / priced.length).toBeGreaterThan(0.95)
    let found = 0
    for (const games of grouped(priced, ({ sportsbook, game }) => `${sportsbook}|${game}`).values()) {
      for (const { selection: a, market } of games) {
        for (const { selection: b, market: other } of games) {
          if (a === b || market !== other || a.side === b.side) continue
          const sum = market === "Moneyline" ? 0 : market === "Total" ? a.line! - b.line! : a.line! + b.line!
          if (sum === 0) found++
        }
      }
    }
    expect(found).toBe(paired)
  })

  it("names the same bet at every sportsbook", () => {
    const { standing } = readAll(messagesOf("mlb-2026-07-16.trace.ndjson.gz"))
    const bets = grouped(standing.values(), ({ event, selection }) => selectionKey(event, selection))
    for (const lines of bets.values()) {
      const [first] = lines
      for (const { selection, game } of lines) {
        expect(pairLine(selection)).toBe(pairLine(first!.selection))
        // The feed's key of the game holds the event.
        expect(game.split(", ").slice(0, 2)).toEqual(first!.game.split(", ").slice(0, 2))
      }
    }
    expect([...bets.values()].filter((lines) => lines.length > 1).length).toBeGreaterThan(200)
  })

  it("of a captured evening is read whole but for a tennis spread that can be of games or sets", () => {
    const { unknown, standing } = readAll(messagesOf("capture-2025-09-08.ndjson"))
    expect(unknown.top().map(({ sportsbook, market, reason, count }) => [sportsbook, market, reason, count])).toEqual([
      ["neobet", "Spread", "line", 2],
    ])
    const keys = new Set([...standing.values()].map(({ selection }) => selectionKey("e", selection)))
    for (
      const key of [
        "e|h1|total|player|dj moore|touchdowns|0.5|over",
        "e|game|first|away||first_touchdown||justin jefferson",
        "e|game|first|away||first_touchdown||none",
        "e|s1g2|moneyline|game||||home",
        "e|game|total|game||points|49.5|over",
        "e|game|total|game||sets|2.5|under",
      ]
    ) expect(keys).toContain(key)
  })

  it("of every recorded quirk is read", () => {
    const quirks: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, string>>>>> = JSON.parse(
      readFileSync(new URL("quirks-2026-07.json", folder), "utf8"),
    )
    const unread = Object.entries(quirks).flatMap(([quirk, rows]) =>
      rows.flatMap((row) => {
        const [home, away] = row["game"]!.replace(/, \d{4}-.*$/, "").split(" vs ") as [string, string]
        const sent = {
          odds: row["odds"],
          outcome_name: row["market"],
          outcome_line: row["line"] === "" ? null : row["line"],
          outcome_over_under: row["side"] === "" ? null : row["side"],
          outcome_target: row["target"] === "" ? null : row["target"],
        }
        const line = { outcome: row["selection"]!, ...readOutcome(row["selection"]!, sent, home, away) }
        const game = { sport: row["sport"]!, sportsbook: row["sportsbook"]!, home_team: home, away_team: away }
        const reading = readSelection(line, game)
        return reading._tag === "Unknown" ? [`${quirk}: ${reading.reason}`] : []
      })
    )
    expect(unread).toEqual([])
  })
})
