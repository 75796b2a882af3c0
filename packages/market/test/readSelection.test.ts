import {
  type Aliases,
  type GameFields,
  isDraw,
  type LineFields,
  makeSelectionReader,
  readSelection,
  type Selection,
  selectionKey,
} from "@boltodds/market"
import { targetKind } from "@boltodds/protocol"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { anyGame, anyLine, law } from "./laws.ts"

const teams: Readonly<Record<string, readonly [string, string]>> = {
  NFL: ["Chicago Bears", "Minnesota Vikings"],
  NBA: ["Chicago Bulls", "Utah Jazz"],
  MLB: ["New York Mets", "Oakland Athletics"],
  NHL: ["Boston Bruins", "Utah Mammoth"],
  EPL: ["Arsenal", "Sunderland"],
}

const gameOf = (sport: string): GameFields => {
  const [home_team, away_team] = teams[sport] ?? ["Ann One", "Bea Two"]
  return { sport, sportsbook: "draftkings", home_team, away_team }
}

/** A line as the protocol reads it. */
const lineOf = (
  sport: string,
  market: string | null,
  target: string | null,
  side: LineFields["side"],
  line: number | null,
): LineFields => {
  const { home_team, away_team } = gameOf(sport)
  return { outcome: "a label", market, target, target_kind: targetKind(target, home_team, away_team), side, line }
}

const keyOf = (reading: ReturnType<typeof readSelection>): string =>
  reading._tag === "Selection" ? selectionKey("", reading.selection).slice(1) : `unknown ${reading.reason}`

type Row = readonly [string, string, string | null, LineFields["side"], number | null, string]

describe("a line is read as", () => {
  it.each<Row>([
    // Moneylines.
    ["MLB", "Moneyline", "New York Mets", null, null, "game|moneyline|game||||home"],
    ["MLB", "ML", "Oakland Athletics", null, 0, "game|moneyline|game||||away"],
    ["NFL", "1st Half Moneyline", "Chicago Bears", null, null, "h1|moneyline|game||||home"],
    ["NFL", "Moneyline - 1st Half", "Chicago Bears", null, null, "h1|moneyline|game||||home"],
    ["NHL", "Moneyline (Incl. Overtime)", "Utah Mammoth", null, null, "game|moneyline|game||||away"],
    ["NHL", "Regulation Moneyline", "Draw", null, null, "reg|moneyline_3way|game||||draw"],
    ["NHL", "3 Way", "Boston Bruins", null, null, "reg|moneyline_3way|game||||home"],
    ["NHL", "1st Period 3 Way", "Draw", null, null, "p1|moneyline_3way|game||||draw"],
    ["NBA", "Regulation Moneyline", "Utah Jazz", null, null, "reg|moneyline_3way|game||||away"],
    ["NFL", "Moneyline (Regulation)", "Chicago Bears", null, null, "reg|moneyline_3way|game||||home"],
    ["NBA", "Total Points (Incl. Overtime)", null, "over", 220.5, "game|total|game||points|220.5|over"],
    ["UEFA Champions League", "Moneyline", "Ann One", null, null, "game|moneyline_3way|game||||home"],
    ["NHL", "Overtime Moneyline", "Boston Bruins", null, null, "ot|moneyline|game||||home"],
    ["EPL", "Moneyline", "Draw", null, null, "game|moneyline_3way|game||||draw"],
    ["EPL", "1X2", "Sunderland", null, null, "game|moneyline_3way|game||||away"],
    ["EPL", "90 Min Moneyline", "X", null, null, "game|moneyline_3way|game||||draw"],
    ["EPL", "Draw No Bet", "Arsenal", null, null, "game|draw_no_bet|game||||home"],
    ["EPL", "Double Chance", "1X", null, null, "game|double_chance|game||||home_draw"],
    ["EPL", "Double Chance", "Draw or Sunderland", null, null, "game|double_chance|game||||draw_away"],
    ["EPL", "Double Chance", "Arsenal/Sunderland", null, null, "game|double_chance|game||||home_away"],
    ["US Open (M)", "S1 G2 Moneyline", "Ann One", null, null, "s1g2|moneyline|game||||home"],
    ["Challenger Biella", "S2 Moneyline", "Bea Two", null, null, "s2|moneyline|game||||away"],
    ["CS2", "Map 1 Winner", "Ann One", null, null, "m1|moneyline|game||||home"],
    ["UFC", "Moneyline", "Bea Two", null, null, "game|moneyline|game||||away"],
    ["Quidditch", "Moneyline", "Ann One", null, null, "game|moneyline|game||||home"],
    // Spreads: a pair's line is the home team's.
    ["MLB", "Spread", "New York Mets", null, -1.5, "game|spread|game||runs|-1.5|home"],
    ["MLB", "Alternate Spread", "Oakland Athletics", null, 1.5, "game|spread|game||runs|-1.5|away"],
    ["MLB", "Run Line", "Oakland Athletics", null, -1.5, "game|spread|game||runs|1.5|away"],
    ["NFL", "Spread", "Minnesota Vikings", null, -0, "game|spread|game||points|0|away"],
    ["MLB", "1st 5 Innings Spread", "New York Mets", null, 0.5, "f5|spread|game||runs|0.5|home"],
    ["EPL", "Asian Handicap", "Arsenal", null, -0.75, "game|spread|game||goals|-0.75|home"],
    ["US Open (M)", "Spread", "Ann One", null, -3.5, "game|spread|game||games|-3.5|home"],
    ["US Open (M)", "Set Spread", "Ann One", null, -1.5, "game|spread|game||sets|-1.5|home"],
    ["EPL", "European Handicap", "Arsenal", null, -1, "game|spread_3way|game||goals|-1|home"],
    // Totals.
    ["MLB", "Total", null, "over", 8.5, "game|total|game||runs|8.5|over"],
    ["NFL", "Total Points", null, "under", 49.5, "game|total|game||points|49.5|under"],
    ["MLB", "1st 5 Innings Total", null, "over", 4.5, "f5|total|game||runs|4.5|over"],
    ["MLB", "1st Inning Total Runs", null, "over", 0.5, "i1|total|game||runs|0.5|over"],
    ["NFL", "Team Total", "Chicago Bears", "over", 24.5, "game|total|home||points|24.5|over"],
    ["NFL", "Chicago Bears Team Total", null, "over", 24.5, "game|total|home||points|24.5|over"],
    ["NFL", "Minnesota Vikings 1st Half Total Points", null, "under", 10.5, "h1|total|away||points|10.5|under"],
    ["NFL", "1st Half Minnesota Vikings Total", "Minnesota Vikings", "under", 10.5, "h1|total|away||points|10.5|under"],
    ["NFL", "Total", "Chicago Bears", "over", 24.5, "game|total|home||points|24.5|over"],
    ["US Open (M)", "Total Sets", null, "under", 2.5, "game|total|game||sets|2.5|under"],
    ["US Open (M)", "Total", null, "under", 22.5, "game|total|game||games|22.5|under"],
    ["EPL", "Total Corners", null, "over", 9.5, "game|total|game||corners|9.5|over"],
    ["UFC", "Total Rounds", null, "over", 2.5, "game|total|game||rounds|2.5|over"],
    // Players.
    ["NFL", "1st Half Touchdowns", "D.J. Moore", "over", 0.5, "h1|total|player|dj moore|touchdowns|0.5|over"],
    [
      "NFL",
      "Rushing Attempts",
      "D'Andre Swift",
      "over",
      5.5,
      "game|total|player|dandre swift|rushing_attempts|5.5|over",
    ],
    [
      "NBA",
      "Points + Assists + Rebounds",
      "Ja Morant",
      "under",
      40.5,
      "game|total|player|ja morant|assists+points+rebounds|40.5|under",
    ],
    ["NBA", "PRA", "Ja Morant", "under", 40.5, "game|total|player|ja morant|assists+points+rebounds|40.5|under"],
    ["NBA", "Pts & Reb", "Ja Morant", "over", 30, "game|total|player|ja morant|points+rebounds|30|over"],
    [
      "NFL",
      "Rush + Rec Yards",
      "D.J. Moore",
      "over",
      30,
      "game|total|player|dj moore|receiving_yards+rushing_yards|30|over",
    ],
    ["MLB", "Total Bases", "Pete Alonso", "over", 1.5, "game|total|player|pete alonso|bases|1.5|over"],
    ["NBA", "Points", "Utah Jazz", "over", 110.5, "game|total|away||points|110.5|over"],
    ["NBA", "Player Points", "Ja Morant", "over", 20.5, "game|total|player|ja morant|points|20.5|over"],
    ["NBA", "Double-Doubles", "Ja Morant", null, null, "game|yes_no|player|ja morant|double_double||yes"],
    ["NFL", "Anytime Touchdown", "D.J. Moore", null, null, "game|yes_no|player|dj moore|touchdowns||yes"],
    // Yes and no, odd and even, fields.
    ["EPL", "BTTS", "Yes", null, null, "game|yes_no|game||btts||yes"],
    ["EPL", "Both Teams To Score", "No", null, null, "game|yes_no|game||btts||no"],
    ["NBA", "Odd/Even", "Odd", null, null, "game|odd_even|game||||odd"],
    [
      "NFL",
      "Minnesota Vikings First Touchdown Scorer",
      "Justin Jefferson",
      null,
      null,
      "game|first|away||first_touchdown||justin jefferson",
    ],
    [
      "NFL",
      "First Touchdown Scorer",
      "Justin Jefferson",
      null,
      null,
      "game|first|field||first_touchdown||justin jefferson",
    ],
    ["NFL", "No Touchdown Scorer", "Minnesota Vikings", null, null, "game|first|away||first_touchdown||none"],
    ["EPL", "Last Goal Scorer", "No Goalscorer", null, null, "game|first|field||last_goal||none"],
    ["NFL", "No Touchdown Scorer", "Yes", null, null, "game|first|field||first_touchdown||none"],
    ["NFL", "No Touchdown Scorer", "No Touchdown Scorer", null, null, "game|first|field||first_touchdown||none"],
    ["EPL", "First Goal Scorer", "No Goal", null, null, "game|first|field||first_goal||none"],
    [
      "NFL",
      "First Touchdown Scorer",
      "No First Touchdown Scorer",
      null,
      null,
      "game|first|field||first_touchdown||none",
    ],
    ["MLB", "Pitcher Strikeouts", "Ann Ace", "over", 6.5, "game|total|player|ann ace|pitcher_strikeouts|6.5|over"],
    ["MLB", "Strikeouts", "Ann Ace", "over", 6.5, "game|total|player|ann ace|strikeouts|6.5|over"],
    ["NFL", "Interceptions", "Chicago Bears", "over", 0.5, "game|total|home||interceptions|0.5|over"],
    [
      "NFL",
      "Passing Interceptions",
      "Ann Arm",
      "over",
      0.5,
      "game|total|player|ann arm|passing_interceptions|0.5|over",
    ],
    ["EPL", "Correct Score", "2-1", null, null, "game|other|game||correct score||2-1"],
  ])("%s, %s, %s, %s, %s: %s", (sport, market, target, side, line, key) => {
    expect(keyOf(readSelection(lineOf(sport, market, target, side, line), gameOf(sport)))).toBe(key)
  })

  it.each<readonly [...Row]>([
    ["MLB", "", "New York Mets", null, null, "market"],
    ["MLB", "Alien Abduction", "New York Mets", null, null, "market"],
    // Whole words only: Sunderland has no under, and no over.
    ["EPL", "Sunderland", "Sunderland", null, null, "market"],
    ["NFL", "Chicago Bears Moneyline", "Chicago Bears", null, null, "market"],
    ["CS2", "Total", null, "over", 2.5, "market"],
    ["Quidditch", "Total", null, "over", 100.5, "market"],
    ["Quidditch", "Spread", "Ann One", null, 10.5, "market"],
    ["NBA", "Points + Points", "Ja Morant", "over", 20.5, "market"],
    ["NBA", "Points + Magic", "Ja Morant", "over", 20.5, "market"],
    ["MLB", "2nd 5 Innings Total", null, "over", 4.5, "period"],
    ["NFL", "1st Half 1st Quarter Total", null, "over", 4.5, "period"],
    ["EPL", "Total Goals 1st 10 Minutes", null, "over", 0.5, "period"],
    // In soccer the period `game` is 90 minutes; in other sports a draw is possible before overtime only.
    ["EPL", "Moneyline including extra time", "Arsenal", null, null, "period"],
    ["EPL", "Total Goals (Incl. Overtime)", null, "over", 2.5, "period"],
    ["Quidditch", "Moneyline (Incl. Overtime)", "Ann One", null, null, "period"],
    ["NHL", "Moneyline 3 way incl overtime", "Draw", null, null, "period"],
    ["NHL", "3 Way (Incl. OT)", "Boston Bruins", null, null, "period"],
    ["NFL", "No Touchdown Scorer", "No", null, null, "target"],
    ["NFL", "No Touchdown Scorer", "Justin Jefferson", null, null, "target"],
    ["NFL", "No Touchdown Scorer", null, null, null, "target"],
    ["NFL", "First Touchdown Scorer", "Yes", null, null, "target"],
    ["NFL", "First Touchdown Scorer", "No", null, null, "target"],
    ["NFL", "Anytime Touchdown", "No Touchdown Scorer", null, null, "target"],
    ["EPL", "Correct Score", "2-1", null, NaN, "line"],
    ["MLB", `Moneyline${" ".repeat(200)}Of Something Else`, "New York Mets", null, null, "market"],
    ["NBA", "Points", `Ja Morant${" ".repeat(100)}'s Brother`, "over", 20.5, "target"],
    ["MLB", "Moneyline", null, null, null, "target"],
    ["MLB", "Moneyline", "Somebody", null, null, "target"],
    ["MLB", "Moneyline", "Draw", null, null, "target"],
    ["NFL", "Team Total", null, "over", 24.5, "target"],
    ["NFL", "Total", "D.J. Moore", "over", 24.5, "target"],
    ["NFL", "Chicago Bears Team Total", "Minnesota Vikings", "over", 24.5, "target"],
    ["NBA", "Points", null, "over", 220.5, "target"],
    ["NBA", "Points", "(CHI)", "over", 20.5, "target"],
    ["NFL", "First Touchdown Scorer", "Chicago Bears", null, null, "target"],
    ["NFL", "First Touchdown Scorer", null, null, null, "target"],
    ["EPL", "Double Chance", "Arsenal or Chelsea", null, null, "target"],
    ["MLB", "Moneyline", "New York Mets", "over", null, "side"],
    ["MLB", "Total", null, null, 8.5, "side"],
    ["NFL", "Touchdowns", "D.J. Moore", null, 1, "side"],
    ["EPL", "BTTS", null, "over", null, "side"],
    ["EPL", "European Handicap", "Draw", null, -1, "side"],
    ["NBA", "Odd/Even", "Neither", null, null, "side"],
    ["MLB", "Moneyline", "New York Mets", null, 1.5, "line"],
    ["MLB", "Spread", "New York Mets", null, null, "line"],
    ["MLB", "Total", null, "over", null, "line"],
    ["MLB", "Total", null, "over", 0, "line"],
    ["MLB", "Total", null, "over", -1, "line"],
    ["MLB", "Total", null, "over", 8.3, "line"],
    ["MLB", "Total", null, "over", NaN, "line"],
    ["MLB", "Total", null, "over", Infinity, "line"],
    // Games or sets: the name does not say it, and the number does not either.
    ["US Open (M)", "Spread", "Ann One", null, -1.5, "line"],
    ["US Open (M)", "Total", null, "over", 2.5, "line"],
  ])("%s, %s, %s, %s, %s: unknown %s", (sport, market, target, side, line, reason) => {
    const reading = readSelection(lineOf(sport, market, target, side, line), gameOf(sport))
    expect(reading).toEqual({ _tag: "Unknown", reason, raw: market })
  })
})

const selectionOf = (...[sport, market, target, side, line]: Parameters<typeof lineOf>): Selection => {
  const reading = readSelection(lineOf(sport, market, target, side, line), gameOf(sport))
  if (reading._tag === "Unknown") throw new Error(reason(reading))
  return reading.selection
}
const reason = ({ reason, raw }: { reason: string; raw: string | null }): string => `${raw}: ${reason}`

describe("a selection", () => {
  it("says whether the stake can come back", () => {
    const push = (...line: Parameters<typeof lineOf>) => {
      const { push, split } = selectionOf(...line)
      return split ? "half" : push
    }
    expect(push("MLB", "Total", null, "over", 8)).toBe(true)
    expect(push("MLB", "Total", null, "over", 8.5)).toBe(false)
    expect(push("EPL", "Total", null, "over", 2.25)).toBe("half")
    expect(push("EPL", "Asian Handicap", "Arsenal", null, -0.75)).toBe("half")
    expect(push("NFL", "Spread", "Chicago Bears", null, -3)).toBe(true)
    expect(push("EPL", "European Handicap", "Arsenal", null, -1)).toBe(false)
    expect(push("EPL", "Draw No Bet", "Arsenal", null, null)).toBe(true)
    expect(push("NFL", "Moneyline", "Chicago Bears", null, null)).toBe(true)
    expect(push("MLB", "Moneyline", "New York Mets", null, null)).toBe(false)
    expect(push("MLB", "1st 5 Innings Moneyline", "New York Mets", null, null)).toBe(true)
    expect(push("US Open (M)", "S1 Moneyline", "Ann One", null, null)).toBe(false)
    expect(push("EPL", "Moneyline", "Arsenal", null, null)).toBe(false)
    for (const sport of ["KBO", "NPB", "MLB Pre", "CS2", "Dota 2"]) {
      expect(push(sport, "Moneyline", "Ann One", null, null)).toBe(true)
    }
    expect(push("CS2", "Map 1 Winner", "Ann One", null, null)).toBe(false)
  })

  it("says how many sides make the set, and how many win", () => {
    const set = (...line: Parameters<typeof lineOf>) => {
      const { outcomes, winners } = selectionOf(...line)
      return [outcomes, winners]
    }
    expect(set("MLB", "Moneyline", "New York Mets", null, null)).toEqual([2, 1])
    expect(set("EPL", "Moneyline", "Draw", null, null)).toEqual([3, 1])
    expect(set("NBA", "Regulation Moneyline", "Utah Jazz", null, null)).toEqual([3, 1])
    // A draw can be there, and not be seen.
    expect(set("Quidditch", "Moneyline", "Ann One", null, null)).toEqual([null, 1])
    expect(set("NBA", "1st Half Moneyline", "Utah Jazz", null, null)).toEqual([null, 1])
    expect(set("MLB", "1st 5 Innings Moneyline", "New York Mets", null, null)).toEqual([null, 1])
    expect(set("US Open (M)", "S1 Moneyline", "Ann One", null, null)).toEqual([2, 1])
    expect(set("EPL", "Double Chance", "12", null, null)).toEqual([3, 2])
    expect(set("NFL", "First Touchdown Scorer", "Somebody", null, null)).toEqual([null, 1])
    expect(set("EPL", "Correct Score", "1-0", null, null)).toEqual([null, null])
  })

  it("of a moneyline is one of three where a sibling is the draw", () => {
    const home = lineOf("Quidditch", "Moneyline", "Ann One", null, null)
    const draw = lineOf("Quidditch", "Moneyline", "The Draw", null, null)
    expect([home, draw].map(isDraw)).toEqual([false, true])
    expect(keyOf(readSelection(home, gameOf("Quidditch"), { draw: true }))).toBe("game|moneyline_3way|game||||home")
    expect(keyOf(readSelection(draw, gameOf("Quidditch"), { draw: true }))).toBe("game|moneyline_3way|game||||draw")
    expect(keyOf(readSelection(draw, gameOf("Quidditch")))).toBe("unknown target")
  })

  it("of a spread is one of three where a sibling is the draw", () => {
    const spread = (...line: [string | null, number]) =>
      keyOf(readSelection(lineOf("EPL", "Handicap", line[0], null, line[1]), gameOf("EPL"), { draw: true }))
    expect(spread("Arsenal", -1)).toBe("game|spread_3way|game||goals|-1|home")
    expect(spread("Draw", -1)).toBe("unknown side")
  })

  it("of a player takes the keys of the market's players", () => {
    const line = lineOf("MLB", "Hits", "Ken Griffey Jr.", "over", 0.5)
    const keyed = (participants: ReadonlyMap<string, string | undefined>) =>
      keyOf(readSelection(line, gameOf("MLB"), { participants }))
    expect(keyed(new Map())).toBe("game|total|player|ken griffey|hits|0.5|over")
    expect(keyed(new Map([["Ken Griffey Jr.", "ken griffey jr"]]))).toBe(
      "game|total|player|ken griffey jr|hits|0.5|over",
    )
    expect(keyed(new Map([["Ken Griffey Jr.", undefined]]))).toBe("unknown target")
  })
})

describe("reading", () => {
  it("never throws, and gives a selection or a reason for every text", () => {
    law(fc.tuple(anyLine, anyGame, fc.boolean()), ([line, game, draw]) => {
      const reading = readSelection(line, game, { draw })
      if (reading._tag === "Unknown") return expect(reading.raw).toBe(line.market)
      const { selection } = reading
      expect((selection.scope === "player") === (selection.participant !== null)).toBe(true)
      expect(selection.participant).not.toBe("")
      expect(selection.side).not.toBe("")
      if (selection.kind === "total") expect(selection.line).toBeGreaterThan(0)
    })
  })

  it("does not depend on case, spaces and dashes", () => {
    const names = ["Moneyline", "1st Half Spread", "Total", "Rebounds + Assists", "Double-Doubles", "S1 G2 Moneyline"]
    const noise = fc.record({
      name: fc.constantFrom(...names),
      upper: fc.boolean(),
      space: fc.constantFrom(" ", "  ", "\u00a0", " \u2009"),
      dash: fc.constantFrom("-", "\u2013", "\u2212"),
      around: fc.constantFrom("", " ", "\t"),
    })
    law(noise, ({ name, upper, space, dash, around }) => {
      const noisy = around + (upper ? name.toUpperCase() : name.toLowerCase()).replaceAll(" ", space)
        .replaceAll("-", dash) +
        around
      for (const target of [null, "Ann One", "Cy Three"]) {
        for (const side of [null, "over"] as const) {
          const [plain, other] = [name, noisy].map((market) =>
            keyOf(
              readSelection(
                lineOf("US Open (M)", market, target, side, side === null ? null : 22.5),
                gameOf("US Open (M)"),
              ),
            )
          )
          expect(other).toBe(plain)
        }
      }
    })
  })

  it("does not remember one game's teams in another game", () => {
    const line = lineOf("NFL", "Chicago Bears Team Total", null, "over", 20.5)
    const away = { ...gameOf("NFL"), home_team: "Minnesota Vikings", away_team: "Chicago Bears" }
    const others = { ...gameOf("NFL"), home_team: "Dallas Cowboys", away_team: "New York Giants" }
    const read = [gameOf("NFL"), away, others, gameOf("NFL")].map((game) => keyOf(readSelection(line, game)))
    expect(read.map((key) => key.split("|")[2])).toEqual(["home", "away", undefined, "home"])
    expect(read[2]).toBe("unknown market")
  })

  it("reads the same whatever was read before, and with a bound of two names", () => {
    const tight = makeSelectionReader({ maxNames: 2 })
    law(fc.tuple(anyLine, anyGame), ([line, game]) => {
      expect(tight.read(line, game)).toEqual(makeSelectionReader().read(line, game))
    })
  })
})

describe("aliases", () => {
  const aliases: Aliases = {
    markets: [
      { market: "handicap betting", kind: "spread" },
      { market: "Runs Line F5", period: "f5", kind: "spread", stat: "runs" },
      { market: "Total", sportsbook: "fanduel", sport: "NFL", period: "h1" },
      { market: "Total", sport: "NFL", period: "h2" },
      { market: "Bears Points", scope: "home", kind: "total", stat: "points" },
      { market: "Points", scope: "player", kind: "total", stat: "points" },
    ],
    people: { "Hollywood Brown": "Marquise Brown" },
  }
  const reader = makeSelectionReader({ aliases })
  const read = (
    sport: string,
    sportsbook: string,
    ...line: [string, string | null, LineFields["side"], number | null]
  ) => keyOf(reader.read(lineOf(sport, ...line), { ...gameOf(sport), sportsbook }))

  it("come before the tables, the most specific first", () => {
    expect(read("NBA", "bet365", "Handicap-Betting", "Utah Jazz", null, 3.5)).toBe("game|spread|game||points|-3.5|away")
    expect(read("MLB", "bet365", "Runs Line F5", "New York Mets", null, 0.5)).toBe("f5|spread|game||runs|0.5|home")
    expect(read("NFL", "fanduel", "Total", null, "over", 20.5)).toBe("h1|total|game||points|20.5|over")
    expect(read("NFL", "draftkings", "Total", null, "over", 20.5)).toBe("h2|total|game||points|20.5|over")
    expect(read("NBA", "fanduel", "Total", null, "over", 220.5)).toBe("game|total|game||points|220.5|over")
    expect(read("NFL", "fanduel", "Bears Points", null, "over", 20.5)).toBe("game|total|home||points|20.5|over")
  })

  it("cannot make a player of nobody, or a team of a player", () => {
    expect(read("NBA", "fanduel", "Points", null, "over", 20.5)).toBe("unknown target")
    expect(read("NFL", "fanduel", "Bears Points", "D.J. Moore", "over", 20.5)).toBe("unknown target")
  })

  it("of people hold whatever the spelling", () => {
    expect(read("NFL", "fanduel", "Receptions", "BROWN, Hollywood", "over", 4.5)).toBe(
      "game|total|player|marquise brown|receptions|4.5|over",
    )
  })

  const readWith = (
    given: Aliases,
    sport: string,
    ...line: [string, string | null, LineFields["side"], number | null]
  ) => keyOf(makeSelectionReader({ aliases: given }).read(lineOf(sport, ...line), gameOf(sport)))
  const market = (each: Aliases["markets"][number]): Aliases => ({ markets: [each], people: {} })

  it("keep the period that a name says", () => {
    const total = market({ market: "2nd Half Scoring Bonanza", kind: "total" })
    expect(readWith(total, "NBA", "2nd Half Scoring Bonanza", null, "over", 110.5)).toBe(
      "h2|total|game||points|110.5|over",
    )
    for (const name of ["2nd 5 Innings Bonanza", "Bonanza 1st Half 2nd Quarter", "Bonanza H1 Special"]) {
      expect(readWith(market({ market: name, kind: "total" }), "NBA", name, null, "over", 110.5)).toBe("unknown period")
      expect(readWith(market({ market: name, kind: "total", period: "q2" }), "NBA", name, null, "over", 110.5)).toBe(
        "q2|total|game||points|110.5|over",
      )
    }
    const soccer = market({ market: "Bonanza incl. extra time", kind: "total" })
    expect(readWith(soccer, "EPL", "Bonanza incl. extra time", null, "over", 2.5)).toBe("unknown period")
  })

  it("make the keys that the tables make", () => {
    const yards = market({ market: "Air Yards", kind: "total", scope: "player", stat: "Pass Yards" })
    expect(readWith(yards, "NFL", "Air Yards", "Ann Arm", "over", 250.5)).toBe(
      "game|total|player|ann arm|passing_yards|250.5|over",
    )
    // The kind of the alias says what is counted.
    expect(readWith(market({ market: "Moneyline", kind: "spread" }), "MLB", "Moneyline", "New York Mets", null, -1.5))
      .toBe(
        "game|spread|game||runs|-1.5|home",
      )
    expect(readWith(market({ market: "Spread", kind: "moneyline" }), "MLB", "Spread", "New York Mets", null, null))
      .toBe(
        "game|moneyline|game||||home",
      )
    expect(readWith(market({ market: "Euro", kind: "spread_3way" }), "EPL", "Euro", "Arsenal", null, -1)).toBe(
      "game|spread_3way|game||goals|-1|home",
    )
    // Two markets of kind other are two.
    expect(readWith(market({ market: "Race to 10", kind: "other" }), "NBA", "Race to 10", "Utah Jazz", null, null))
      .toBe(
        "game|other|game||race to 10||Utah Jazz",
      )
    expect(readWith(market({ market: "Bonanza", kind: "yes_no" }), "NBA", "Bonanza", "Yes", null, null)).toBe(
      "unknown market",
    )
  })

  it("hold for a sportsbook and a sport in any case", () => {
    const own = market({ market: "Total", sportsbook: "DraftKings ", sport: "nfl", period: "h1" })
    expect(readWith(own, "NFL", "Total", null, "over", 20.5)).toBe("h1|total|game||points|20.5|over")
  })

  it("of a man with a suffix are not for the one without", () => {
    const son: Aliases = { markets: [], people: { "Mike Washington Jr.": "Junior Washington" } }
    const hits = (name: string) => readWith(son, "MLB", "Hits", name, "over", 0.5).split("|")[3]
    expect([hits("Mike Washington Jr."), hits("Mike Washington")]).toEqual(["junior washington", "mike washington"])
  })
})
