/** What is counted, by the names that sportsbooks give it. */

/** The canonical name, then every other one, folded. */
const table: ReadonlyArray<readonly [string, string]> = [
  ["points", "points, pts"],
  ["rebounds", "rebounds, rebs, reb, total rebounds"],
  ["assists", "assists, asts, ast"],
  ["threes", "threes, 3 pointers made, 3 pointers, 3pt, 3pt made, 3 point field goals, made threes"],
  ["blocks", "blocks, blks, blocked shots"],
  ["steals", "steals, stls"],
  ["turnovers", "turnovers"],
  ["strikeouts", "strikeouts"],
  // A two-way player has both; a plain name does not say which.
  ["pitcher_strikeouts", "pitcher strikeouts, pitching strikeouts, strikeouts thrown"],
  ["batter_strikeouts", "batter strikeouts, batting strikeouts, hitter strikeouts"],
  ["outs", "outs, outs recorded, pitching outs"],
  ["hits", "hits"],
  ["home_runs", "home runs, hr, homeruns"],
  ["rbis", "rbis, rbi, runs batted in"],
  ["runs", "runs, runs scored"],
  ["bases", "bases, total bases"],
  ["walks", "walks"],
  ["singles", "singles"],
  ["doubles", "doubles"],
  ["triples", "triples"],
  ["stolen_bases", "stolen bases"],
  ["hits_allowed", "hits allowed"],
  ["walks_allowed", "walks allowed"],
  ["earned_runs", "earned runs, earned runs allowed"],
  ["passing_yards", "passing yards, pass yards"],
  ["passing_attempts", "passing attempts, pass attempts"],
  ["passing_touchdowns", "passing touchdowns, pass touchdowns, passing tds"],
  ["completions", "completions, pass completions, passing completions"],
  ["interceptions", "interceptions"],
  // Of a team, plain interceptions are those that its defense makes.
  ["passing_interceptions", "passing interceptions, interceptions thrown, pass interceptions"],
  ["rushing_yards", "rushing yards, rush yards"],
  ["rushing_attempts", "rushing attempts, rush attempts, carries"],
  ["rushing_touchdowns", "rushing touchdowns, rushing tds"],
  ["receiving_yards", "receiving yards, rec yards"],
  ["receiving_touchdowns", "receiving touchdowns, receiving tds"],
  ["receptions", "receptions"],
  ["touchdowns", "touchdowns, tds"],
  ["field_goals", "field goals, field goals made"],
  ["sacks", "sacks"],
  ["tackles", "tackles"],
  ["shots_on_goal", "shots on goal, sog"],
  ["shots", "shots"],
  ["shots_on_target", "shots on target"],
  ["saves", "saves, goalie saves"],
  ["goals", "goals"],
  ["corners", "corners, corner kicks"],
  ["cards", "cards"],
  ["games", "games"],
  ["sets", "sets"],
  ["aces", "aces"],
  ["double_faults", "double faults"],
  ["rounds", "rounds"],
  ["maps", "maps"],
  ["kills", "kills"],
]

const stats: ReadonlyMap<string, string> = new Map(
  table.flatMap(([stat, names]) => names.split(", ").map((name) => [name, stat] as const)),
)

const shortSums: ReadonlyMap<string, string> = new Map([
  ["pra", "assists+points+rebounds"],
  ["h+r+rbi", "hits+rbis+runs"],
  ["hrr", "hits+rbis+runs"],
])

/** Every canonical name of a stat. */
export const statNames: ReadonlyArray<string> = table.map(([stat]) => stat)

/**
 * The canonical name of a stat or of a sum of stats, its parts in alphabetical order: `"pts + reb"` is
 * `"points+rebounds"`. A unit at the end counts for all parts: `"rush + rec yards"`. Undefined where a part is unknown or
 * comes twice.
 */
export const statOf = (folded: string): string | undefined => {
  const whole = stats.get(folded) ?? shortSums.get(folded.replaceAll(" ", ""))
  if (whole !== undefined) return whole
  const parts = folded.split(/ ?[+/&] ?| and /)
  if (parts.length < 2 || parts.length > 5) return undefined
  const unit = / (?:yards|touchdowns|tds|attempts)$/.exec(folded)?.[0] ?? ""
  const found = parts.map((part) => stats.get(part) ?? stats.get(part + unit))
  if (found.includes(undefined) || new Set(found).size < found.length) return undefined
  return found.toSorted().join("+")
}
