/** What can be bet on in a game, before any book writes it in its own way. */
import type { Random } from "../Random.ts"
import { type League, playerNames } from "./Leagues.ts"

/** What moves a market's price: who is stronger, how much is scored, or nothing but its own noise. */
export type Driver = "strength" | "scoring" | "own"

/** One side of a market. */
export interface MarketSide {
  readonly target: "home" | "away" | "Draw" | null | { readonly name: string }
  readonly over: "over" | "under" | null
  readonly line: number | null
  /** Its odds against an even chance, in log-odds, before anything moved. */
  readonly lean: number
  /** How the driver moves it: 1 with home strength or scoring, -1 against, 0 not. */
  readonly sign: 1 | 0 | -1
}

/** A market of a game: its sides exclude each other, and one of them wins. */
export interface Market {
  /** `outcome_name` on the wire; `{home}` and `{away}` stand for the teams. */
  readonly name: string
  readonly form: "winner" | "spread" | "total" | "team_total" | "prop" | "yes_no" | "scorer"
  /** The line everybody quotes, not an alternate. */
  readonly main: boolean
  readonly driver: Driver
  readonly sides: ReadonlyArray<MarketSide>
}

const winner = (name: string, main: boolean, strength: number): Market => ({
  name,
  form: "winner",
  main,
  driver: "strength",
  sides: [
    { target: "home", over: null, line: null, lean: strength, sign: 1 },
    { target: "away", over: null, line: null, lean: -strength, sign: -1 },
  ],
})

/** `perPoint`: log-odds that a point of handicap is worth. */
const spread = (name: string, main: boolean, homeLine: number, strength: number, perPoint: number): Market => {
  const lean = strength + homeLine * perPoint
  return {
    name,
    form: "spread",
    main,
    driver: "strength",
    sides: [
      { target: "home", over: null, line: homeLine, lean, sign: 1 },
      { target: "away", over: null, line: -homeLine, lean: -lean, sign: -1 },
    ],
  }
}

const overUnder = (
  name: string,
  form: "total" | "team_total" | "prop",
  main: boolean,
  line: number,
  lean: number,
  target: MarketSide["target"],
): Market => ({
  name,
  form,
  main,
  driver: form === "prop" ? "own" : "scoring",
  sides: [
    { target, over: "over", line, lean, sign: 1 },
    { target, over: "under", line, lean: -lean, sign: -1 },
  ],
})

const half = (value: number): number => Math.floor(value) + 0.5

/** Everything that is offered on a game of this league. `players` is how many a side has for props. */
export const marketsFor = (league: League, random: Random, players: number): ReadonlyArray<Market> => {
  const strength = random.normal() * 0.5
  const markets: Array<Market> = []
  const names = random.shuffle(playerNames)
  const squad = names.slice(0, Math.min(players * 2, names.length))
  const totals = (name: string, perPoint: number, alternates: ReadonlyArray<number>): void => {
    markets.push(overUnder(name, "total", true, league.total, random.normal() * 0.05, null))
    for (const offset of alternates) {
      markets.push(overUnder(name, "total", false, league.total + offset, -offset * perPoint, null))
    }
  }
  const props = (name: string, around: number): void => {
    for (const player of squad) {
      const line = half(around * (0.5 + random.next()))
      markets.push(overUnder(name, "prop", false, line, random.normal() * 0.2, { name: player }))
    }
  }

  switch (league.kind) {
    case "baseball": {
      markets.push(winner("Moneyline", true, strength))
      const favored = strength >= 0 ? -1.5 : 1.5
      markets.push(spread("Spread", true, favored, strength, 0.45))
      for (const line of [-2.5, -3.5, 2.5, 3.5]) markets.push(spread("Spread", false, line, strength, 0.45))
      totals("Total", 0.22, [-2, -1, 1, 2])
      markets.push(overUnder("1st 5 Innings Total", "total", false, 4.5, random.normal() * 0.1, null))
      markets.push(overUnder("Team Total", "team_total", false, 4.5, strength * 0.3, "home"))
      markets.push(overUnder("Team Total", "team_total", false, 3.5, -strength * 0.3, "away"))
      props("Strikeouts", 5)
      break
    }
    case "basketball": {
      const line = half(-strength * 7)
      markets.push(winner("Moneyline", true, strength * 1.3))
      markets.push(spread("Spread", true, line, strength, 1 / 7))
      for (const offset of [-3, 3, 6]) {
        markets.push(spread("Alternate Spread", false, line + offset, strength, 1 / 7))
      }
      totals("Total", 0.05, [-5, 5])
      markets.push(spread("1st Half Spread", false, half(line / 2), strength * 0.6, 1 / 6))
      markets.push(overUnder("Team Total", "team_total", false, 112.5, strength * 0.2, "home"))
      markets.push(overUnder("Team Total", "team_total", false, 110.5, -strength * 0.2, "away"))
      props("Points", 19)
      props("Rebounds + Assists", 11)
      break
    }
    case "football": {
      const line = half(-strength * 6)
      markets.push(winner("Moneyline", true, strength * 1.2))
      markets.push(spread("Spread", true, line, strength, 1 / 6))
      for (const offset of [-7, -3, 3, 7]) {
        markets.push(spread("Alternate Spread", false, line + offset, strength, 1 / 6))
      }
      totals("Total Points", 0.08, [-3, 3])
      markets.push(spread("1st Half Spread", false, half(line / 2), strength * 0.6, 1 / 5))
      for (const [index, team] of (["{home}", "{away}"] as const).entries()) {
        const scorers = squad.filter((_, player) => player % 2 === index)
        markets.push({
          name: `${team} First Touchdown Scorer`,
          form: "scorer",
          main: false,
          driver: "own",
          sides: scorers.map((name) => ({
            target: { name },
            over: null,
            line: null,
            lean: -1.8 + random.normal() * 0.4,
            sign: 0,
          })),
        })
      }
      props("1st Half Touchdowns", 0.4)
      break
    }
    case "hockey":
      markets.push(winner("Moneyline", true, strength))
      markets.push(spread("Spread", true, strength >= 0 ? -1.5 : 1.5, strength, 0.7))
      totals("Total", 0.35, [-0.5, 0.5])
      props("Shots On Goal", 2.5)
      break
    case "soccer":
      markets.push({
        name: "3 Way",
        form: "winner",
        main: true,
        driver: "strength",
        sides: [
          { target: "home", over: null, line: null, lean: strength * 0.8 - 0.55, sign: 1 },
          { target: "Draw", over: null, line: null, lean: -1, sign: 0 },
          { target: "away", over: null, line: null, lean: -strength * 0.8 - 0.55, sign: -1 },
        ],
      })
      markets.push(winner("Draw No Bet", false, strength))
      markets.push(spread("Asian Handicap", true, strength >= 0 ? -0.25 : 0.25, strength, 0.9))
      markets.push(spread("Asian Handicap", false, strength >= 0 ? -0.75 : 0.75, strength, 0.9))
      totals("Total", 0.6, [-1, 1])
      markets.push({
        name: "BTTS",
        form: "yes_no",
        main: false,
        driver: "scoring",
        sides: [
          { target: { name: "Yes" }, over: null, line: null, lean: 0.1, sign: 1 },
          { target: { name: "No" }, over: null, line: null, lean: -0.1, sign: -1 },
        ],
      })
      break
    case "tennis":
      markets.push(winner("Moneyline", true, strength * 1.5))
      markets.push(spread("Spread", true, half(-strength * 3), strength, 0.3))
      markets.push(overUnder("Total Sets", "total", true, league.total, -0.2, null))
      markets.push(winner("S1 G2 Moneyline", false, -0.8))
      markets.push(winner("S2 Moneyline", false, strength))
      break
    case "fighting":
      markets.push(winner("Moneyline", true, strength * 1.4))
      totals("Total", 0.5, [-1])
      break
  }
  return markets.filter((market) => market.sides.length > 1)
}
