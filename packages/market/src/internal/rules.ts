/** The table of markets: what a name without its period and team means. */
import { foldMarketName } from "../foldMarketName.ts"
import type { Kind } from "../Selection.ts"
import { statNames, statOf } from "./stats.ts"

/** Whom a target may be. */
export type Subject =
  /** Nobody, or a team whose own result it then is. */
  | "game"
  /** A team, by the target or by the market's name. */
  | "team"
  /** Nobody, a team or a player. */
  | "anyone"
  /** A team or a player. */
  | "player"

/** One row. */
export interface Rule {
  readonly kind: Kind
  /** `family`: what the family of the sport counts. */
  readonly stat: string | null
  readonly subject: Subject
}

const row = (kind: Kind, stat: string | null, subject: Subject, names: string): ReadonlyArray<[string, Rule]> =>
  names.split(", ").map((name) => [name, { kind, stat, subject }])

/** The stat that stands for the family's own. */
export const familyStat = "family"

const rules: ReadonlyMap<string, Rule> = new Map([
  ...row("moneyline", null, "game", "moneyline, money line, ml, winner, match winner, game winner, to win"),
  ...row("moneyline", null, "game", "head to head, h2h"),
  ...row("moneyline_3way", null, "game", "3 way, three way, 3 way moneyline, moneyline 3 way, 1x2, full time result"),
  ...row("moneyline_3way", null, "game", "3way, 3 way result, 3 way winner"),
  ...row("draw_no_bet", null, "game", "draw no bet, dnb"),
  ...row("double_chance", null, "game", "double chance"),
  ...row("spread", familyStat, "game", "spread, point spread, handicap, asian spread, asian handicap"),
  ...row("spread", "runs", "game", "run line, run spread, runs spread"),
  ...row("spread", "goals", "game", "puck line, goal spread, goals spread"),
  ...row("spread", "points", "game", "points spread, points handicap"),
  ...row("spread", "games", "game", "game spread, games spread, game handicap, games handicap"),
  ...row("spread", "sets", "game", "set spread, sets spread, set handicap, sets handicap"),
  ...row("spread", "maps", "game", "map spread, maps spread, map handicap, maps handicap"),
  ...row("spread_3way", familyStat, "game", "3 way spread, 3 way handicap, european handicap, handicap 3 way"),
  ...row("total", familyStat, "game", "total, totals, over under, over/under, game total, match total, asian total"),
  ...row("total", familyStat, "team", "team total, team totals"),
  ...row("yes_no", "btts", "game", "btts, both teams to score"),
  ...row("yes_no", "double_double", "player", "double double, double doubles, to record a double double"),
  ...row("yes_no", "triple_double", "player", "triple double, triple doubles, to record a triple double"),
  ...row(
    "yes_no",
    "touchdowns",
    "player",
    "anytime touchdown, anytime touchdown scorer, anytime td, anytime td scorer",
  ),
  ...row("yes_no", "goals", "player", "anytime goal, anytime goal scorer, anytime goalscorer"),
  ...row("odd_even", null, "game", "odd/even, odd even, total odd/even, total odd even, even/odd"),
  ...row("first", "first_basket", "player", "first basket, 1st basket, first basket scorer, first field goal"),
  ...row("first", "first_team_basket", "player", "first team basket, 1st team basket, first team basket scorer"),
  ...row("other", null, "anyone", "correct score, winning margin, outright, outrights, futures, parlay, parlays"),
  ...row("other", null, "anyone", "exact score, same game parlay, tournament winner, method of victory"),
])

const scorer = /^(?:(first|1st|last|no) )(touchdown|td|goal) ?scorer$/

/** The rule of a folded name without period and team; undefined where there is none. */
export const ruleOf = (rest: string): Rule | undefined => {
  const whole = rules.get(rest)
  if (whole !== undefined) return whole
  const alternate = /^(?:alternate|alternative|alt) /.exec(rest)
  if (alternate !== null) {
    const rule = ruleOf(rest.slice(alternate[0].length))
    return rule?.kind === "spread" || rule?.kind === "total" ? rule : undefined
  }
  const match = scorer.exec(rest)
  if (match !== null) {
    const what = match[2] === "goal" ? "goal" : "touchdown"
    // A market of no scorer belongs to that of the first.
    return { kind: "first", stat: `${match[1] === "last" ? "last" : "first"}_${what}`, subject: "player" }
  }
  return totalOf(rest)
}

const ruleStats: ReadonlySet<string> = new Set([
  ...statNames,
  ...[...rules.values()].flatMap(({ stat }) => stat === null || stat === familyStat ? [] : [stat]),
  ...["first", "last"].flatMap((each) => [`${each}_touchdown`, `${each}_goal`]),
])

/** The stat that the tables have for what a user calls it: its own name or any other; undefined where there is none. */
export const canonicalStat = (text: string): string | undefined =>
  ruleStats.has(text) ? text : statOf(foldMarketName(text)) ?? statOf(foldMarketName(text.replaceAll("_", " ")))

const totalOf = (rest: string): Rule | undefined => {
  const [, word, name] = /^(?:(total|team total|total team|player) )?(.+)$/.exec(rest) ?? []
  if (name === undefined) return undefined
  // "Total bases" is a stat of its own.
  const whole = statOf(rest)
  if (whole !== undefined) return { kind: "total", stat: whole, subject: "player" }
  const stat = statOf(name)
  if (stat === undefined || word === undefined) return undefined
  return { kind: "total", stat, subject: word === "total" ? "anyone" : word === "player" ? "player" : "team" }
}

/** Whether a rest of a name says that there is no scorer. */
export const saysNoScorer = (rest: string): boolean => scorer.exec(rest)?.[1] === "no"
