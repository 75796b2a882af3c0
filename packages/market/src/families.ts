/** Sports by family: what a plain "Total" counts, and whether a tie is possible. */
import { foldMarketName } from "./foldMarketName.ts"
import { remember } from "./internal/characters.ts"

/** The families of sports. `other` is a sport that is not in the table: only rules that need no family apply. */
export const families = [
  "baseball",
  "basketball",
  "football",
  "hockey",
  "soccer",
  "tennis",
  "combat",
  "esports",
  "golf",
  "other",
] as const

/** See {@link families}. */
export type Family = (typeof families)[number]

/** The names of the feed, folded. `football` is American football. */
const named: ReadonlyMap<string, Family> = new Map(
  ([
    ["baseball", "mlb, mlb pre, ncaa baseball, kbo, npb"],
    ["basketball", "nba, nba pre, nba summer, wnba, ncaab, ncaaw"],
    ["football", "nfl, nfl pre, ncaaf, cfl, ufl, xfl"],
    ["hockey", "nhl, nhl pre, ncaa hockey, khl, ahl"],
    ["combat", "ufc, pfl, boxing, bellator, mma"],
    ["golf", "pga, pga tour, liv golf, golf"],
    [
      "soccer",
      "epl, la liga, serie a, bundesliga, ligue 1, mls, liga mx, primeira liga, csl, brazil serie a, fifa cwc, " +
      "concacaf gc, colombian primera a, lp argentina, eredivisie, champions league, europa league, nwsl, " +
      "uefa champions league, uefa europa league, uefa europa conference league, uefa conference league, fa cup, " +
      "world cup, fifa world cup, copa america, copa américa, j league, jleague, j1 league, 2 bundesliga, " +
      "efl championship, saudi pro league",
    ],
  ] as const).flatMap(([family, names]) => names.split(", ").map((name) => [name, family] as const)),
)

const esports = /^(?:cs2|csgo|lol|dota|dota2|valorant)(?: |$)/
const tours = /^(?:(?:atp|wta)(?: |$)|(?:challenger|itf) )/
// "US Open" alone is golf as well.
const slams = /^(?:wimbledon|(?:australian open|french open|roland garros|us open|wimbledon) [mwf](?: doubles)?)$/

const known = new Map<string, Family>()

/** The family of a sport's name as the feed sends it: `NBA`, `US Open (M)`, `Challenger Biella`. Never throws. */
export const familyOf = (sport: string): Family => {
  const cached = known.get(sport)
  if (cached !== undefined) return cached
  const name = foldMarketName(sport)
  const family = named.get(name) ??
    (esports.test(name) ? "esports" : tours.test(name) || slams.test(name) ? "tennis" : "other")
  return remember(known, sport, family, 1024)
}

const tied: ReadonlySet<string> = new Set(["kbo", "npb", "mlb pre", "ncaa hockey"])

/** Whether a whole game can end in a tie in a sport whose family has none: after 12 innings in KBO and NPB. */
export const endsInTies = (sport: string): boolean => tied.has(foldMarketName(sport))

/** What a plain total or spread counts in a family; undefined where that is not plain. */
export const defaultStat: Readonly<Partial<Record<Family, string>>> = {
  baseball: "runs",
  basketball: "points",
  football: "points",
  hockey: "goals",
  soccer: "goals",
  tennis: "games",
  combat: "rounds",
}
