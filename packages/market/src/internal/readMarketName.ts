/** From a market's name to the rule that it follows, once per name. */
import type { Aliases, MarketAlias } from "../aliases.ts"
import type { Family } from "../families.ts"
import { foldMarketName } from "../foldMarketName.ts"
import type { Kind, SelectionScope } from "../Selection.ts"
import { cutPeriod, hasPeriodWords } from "./periods.ts"
import { longestName } from "./characters.ts"
import { canonicalStat, familyStat, type Rule, ruleOf, saysNoScorer } from "./rules.ts"

/** A name that is understood. */
export interface MarketReading {
  readonly rule: Rule
  readonly period: string
  /** The team that the name is about. */
  readonly team: "home" | "away" | null
  /** Set by an alias: whose result counts, whatever the target. */
  readonly scope: SelectionScope | null
  /** The folded name without its period. */
  readonly rest: string
  readonly noScorer: boolean
}

/** The reading, or why there is none. */
export type MarketNameReading = MarketReading | "market" | "period"

/** The teams of the game, folded. */
export interface Teams {
  readonly home: string
  readonly away: string
}

/** Reads a folded name by the tables alone. */
const readFolded = (folded: string, teams: Teams): MarketNameReading => {
  const first = cutPeriod(folded)
  let rest = first === undefined ? folded : first.rest
  let period = first?.period
  let team: "home" | "away" | null = null
  let rule = ruleOf(rest)
  if (rule === undefined) {
    const cut = cutTeam(rest, teams)
    if (cut !== undefined) {
      team = cut.team
      rest = cut.rest
      const second = period === undefined ? cutPeriod(rest) : undefined
      if (second !== undefined) ({ period, rest } = second)
      rule = ruleOf(rest)
    }
  }
  if (rule === undefined) {
    return hasPeriodWords(rest) || (period !== undefined && cutPeriod(rest) !== undefined) ? "period" : "market"
  }
  // A team in a name makes a market of that team; a moneyline of one team is not known.
  if (team !== null && !ofTeams.has(rule.kind)) return "market"
  return { rule, period: period ?? "game", team, scope: null, rest, noScorer: saysNoScorer(rest) }
}

const ofTeams: ReadonlySet<string> = new Set(["total", "yes_no", "odd_even", "first"])

const cutTeam = (rest: string, { home, away }: Teams) => {
  let found: { readonly team: "home" | "away"; readonly rest: string; readonly length: number } | undefined
  for (const [team, name] of [["home", home], ["away", away]] as const) {
    if (name === "" || home === away || (found !== undefined && found.length >= name.length)) continue
    if (rest.startsWith(`${name} `)) found = { team, rest: rest.slice(name.length + 1), length: name.length }
    else if (rest.endsWith(` ${name}`)) found = { team, rest: rest.slice(0, -name.length - 1), length: name.length }
  }
  return found
}

/** Reads names by aliases first, then by the tables; each name once. */
export class MarketNames {
  readonly #aliases: ReadonlyMap<string, ReadonlyArray<MarketAlias>>
  readonly #known = new Map<string, MarketNameReading>()
  /** Of names that say something only with the teams: the last game's reading. Lines of one game come together. */
  readonly #ofTeams = new Map<string, { home: string | null; away: string | null; reading: MarketNameReading }>()
  readonly #bound: number

  constructor(aliases: Aliases | undefined, bound: number) {
    const grouped = new Map<string, Array<MarketAlias>>()
    for (const alias of aliases?.markets ?? []) {
      const folded = foldMarketName(alias.market)
      const group = grouped.get(folded)
      if (group === undefined) grouped.set(folded, [alias])
      else group.push(alias)
    }
    this.#aliases = grouped
    this.#bound = bound
  }

  /** The teams matter only where a name says nothing without them. */
  read(market: string, sport: string, sportsbook: string, teams: { home: string | null; away: string | null }) {
    const general = this.#aliases.size === 0 ? market : `${sportsbook}\u0000${sport}\u0000${market}`
    const known = this.#known.get(general)
    if (known !== undefined && typeof known !== "string") return known
    const { home, away } = teams
    if (known !== undefined) {
      const last = this.#ofTeams.get(general)
      if (last !== undefined && last.home === home && last.away === away) return last.reading
    }
    const folded = foldMarketName(market)
    const alias = aliasFor(this.#aliases.get(folded), sport, sportsbook)
    const without = withAlias(readFolded(folded, noTeams), alias, folded)
    const isLong = general.length > 3 * longestName
    if (this.#known.size >= this.#bound) {
      this.#known.clear()
      this.#ofTeams.clear()
    }
    if (!isLong) this.#known.set(general, without)
    if (typeof without !== "string") return without
    const reading = withAlias(
      readFolded(folded, { home: foldMarketName(home ?? ""), away: foldMarketName(away ?? "") }),
      alias,
      folded,
    )
    if (!isLong && (home?.length ?? 0) + (away?.length ?? 0) <= 2 * longestName) {
      this.#ofTeams.set(general, { home, away, reading })
    }
    return reading
  }
}

const noTeams: Teams = { home: "", away: "" }

/** The alias that says most: for sportsbook and sport, for the sportsbook, for the sport, for all. */
const aliasFor = (
  aliases: ReadonlyArray<MarketAlias> | undefined,
  sport: string,
  sportsbook: string,
): MarketAlias | undefined => {
  let best: MarketAlias | undefined
  let most = -1
  for (const alias of aliases ?? []) {
    if (alias.sportsbook !== undefined && !isSame(alias.sportsbook, sportsbook)) continue
    if (alias.sport !== undefined && !isSame(alias.sport, sport)) continue
    const weight = (alias.sportsbook === undefined ? 0 : 2) + (alias.sport === undefined ? 0 : 1)
    // Of two that say as much the later one in the file.
    if (weight >= most) [best, most] = [alias, weight]
  }
  return best
}

const isSame = (a: string, b: string): boolean => foldMarketName(a) === foldMarketName(b)

const withAlias = (reading: MarketNameReading, alias: MarketAlias | undefined, folded: string): MarketNameReading => {
  if (alias === undefined) return reading
  const { period, kind, scope } = alias
  if (typeof reading !== "string") {
    const rule = { ...reading.rule, kind: kind ?? reading.rule.kind }
    const stat = statOfAlias(alias, rule, reading.rest)
    return { ...reading, rule: { ...rule, stat }, period: period ?? reading.period, scope: scope ?? reading.scope }
  }
  if (kind === undefined) return reading
  // The alias explains the name, and not away the period that it says.
  const cut = cutPeriod(folded)
  const rest = cut?.rest ?? folded
  if (period === undefined && (hasPeriodWords(rest) || (cut !== undefined && cutPeriod(rest) !== undefined))) {
    return "period"
  }
  const subject = scope === "player" ? "player" : "anyone"
  const stat = statOfAlias(alias, { kind, stat: null }, rest)
  return {
    rule: { kind, stat, subject },
    period: period ?? cut?.period ?? "game",
    team: null,
    scope: scope ?? null,
    rest,
    noScorer: false,
  }
}

const counting: ReadonlySet<Kind> = new Set(["spread", "spread_3way", "total"])
const named: ReadonlySet<Kind> = new Set(["yes_no", "first"])

/** The stat by the kind that an alias makes: its keys are those that the tables make. Null where the kind has none. */
const statOfAlias = (alias: MarketAlias, { kind, stat }: Pick<Rule, "kind" | "stat">, rest: string): string | null => {
  const given = alias.stat === undefined ? undefined : canonicalStat(alias.stat)
  if (counting.has(kind)) return given ?? stat ?? familyStat
  if (named.has(kind)) return given ?? (stat === familyStat ? null : stat)
  return kind === "other" ? given ?? (foldMarketName(alias.stat ?? "") || rest) : null
}

/** What a plain market of a family counts is ambiguous here: it is games of a match, or sets. */
export const isPlainTennis = (family: Family, { rule, period }: MarketReading): boolean =>
  family === "tennis" && period === "game" && rule.stat === "family"
