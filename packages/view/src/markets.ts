/** Markets as a board names them. */
import { familyOf, type Kind, readSelection, type Selection } from "@boltodds/market"

/** A market of the board: the same bet for all events. */
export interface MarketChoice {
  /** `game|moneyline|game|`: period, kind, scope and stat. */
  readonly id: string
  /** `Moneyline`, `1st Half Spread`. */
  readonly label: string
  /** How many events have it. */
  readonly events: number
}

/** The market that a board begins with. */
export const defaultMarket = "game|moneyline|game|"

/** The kinds that a board can show: not those of players or of a field. */
export const isShownKind = (kind: Kind): boolean => kind !== "other" && kind !== "first"

/** Two and three ways of a winner are one market of the board; in an event they are rows of their own. */
const kindOf = (kind: Kind): Kind => kind === "moneyline_3way" ? "moneyline" : kind

const usualStats = new Map<string, string | null>()

/** What a plain total of the sport counts. */
const usualStat = (sport: string): string | null => {
  const family = familyOf(sport)
  const known = usualStats.get(family)
  if (known !== undefined) return known
  const line = { outcome: "", market: "Total", target: null, target_kind: null, side: "over", line: 8.5 } as const
  const reading = readSelection(line, { sport, sportsbook: "", home_team: null, away_team: null })
  const stat = reading._tag === "Selection" ? reading.selection.stat : null
  usualStats.set(family, stat)
  return stat
}

type Marked = Pick<Selection, "period" | "kind" | "scope" | "stat" | "sport">

const shownStat = ({ stat, sport }: Marked): string => stat === null || stat === usualStat(sport) ? "" : stat

/** The market of the board that a selection belongs to. */
export const marketId = (selection: Marked): string =>
  `${selection.period}|${kindOf(selection.kind)}|${selection.scope}|${shownStat(selection)}`

const kindLabels: Readonly<Record<Kind, string>> = {
  moneyline: "Moneyline",
  moneyline_3way: "Moneyline",
  draw_no_bet: "Draw No Bet",
  double_chance: "Double Chance",
  spread: "Spread",
  spread_3way: "3-Way Spread",
  total: "Total",
  yes_no: "Yes/No",
  odd_even: "Odd/Even",
  first: "First",
  other: "Other",
}

const ordinals = ["", "1st", "2nd", "3rd"]
const ordinal = (number: number): string => ordinals[number] ?? `${number}th`

const parts: Readonly<Record<string, string>> = {
  h: "Half",
  q: "Quarter",
  p: "Period",
  i: "Inning",
}

/** `1st Half`, `First 5 Innings`, `Set 1`; empty for the game. */
export const periodLabel = (period: string): string => {
  if (period === "game") return ""
  if (period === "reg") return "Regulation"
  if (period === "ot") return "Overtime"
  const [, letter = "", number = "", game] = /^([a-z])(\d+)(?:g(\d+))?$/.exec(period) ?? []
  if (game !== undefined) return `Set ${number} Game ${game}`
  if (parts[letter] !== undefined) return `${ordinal(Number(number))} ${parts[letter]}`
  switch (letter) {
    case "f":
      return `First ${number} Innings`
    case "s":
      return `Set ${number}`
    case "m":
      return `Map ${number}`
    case "r":
      return `Round ${number}`
    default:
      return period
  }
}

const titleCase = (text: string): string =>
  text.replaceAll(/(^|[ +])(\p{Ll})/gu, (_, before, letter) => before + letter.toUpperCase())

/** `1st Half Spread`, `Total Corners`. Of one team: `Home Total`. */
export const marketLabel = (selection: Marked & { readonly participant?: string | null }): string => {
  const { period, kind, scope, participant } = selection
  const whose = scope === "home" ? "Home" : scope === "away" ? "Away" : scope === "player" ? participant ?? "" : ""
  return [periodLabel(period), whose, kindLabels[kind], titleCase(shownStat(selection).replaceAll("_", " "))]
    .filter((word) => word !== "").join(" ")
}

/** The order of markets: those of the whole game first, then by kind. */
export const marketOrder = (id: string): string => {
  const [period = "", kind = "", scope = "", stat = ""] = id.split("|")
  const kinds = ["moneyline", "spread", "total", "draw_no_bet", "double_chance"]
  const at = kinds.indexOf(kind)
  return `${stat === "" ? 0 : 1}${period === "game" ? 0 : 1}${scope === "game" ? 0 : 1}${at === -1 ? 9 : at}${id}`
}
