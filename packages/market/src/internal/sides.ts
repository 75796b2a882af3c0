/** Whom a line bets on, by the kind of its market. */
import { foldMarketName } from "../foldMarketName.ts"
import type { Kind, LineFields, SelectionScope, UnknownReason } from "../Selection.ts"
import type { MarketReading } from "./readMarketName.ts"

/** The side of a selection, and whose result counts. */
export interface SideReading {
  readonly scope: SelectionScope
  readonly participant: string | null
  readonly side: string
}

/** What the sides are read with. */
export interface SideContext {
  readonly home: string | null
  readonly away: string | null
  /** The key of a player's name; undefined where nobody knows who is meant. */
  readonly keyOf: (raw: string) => string | undefined
}

const draws: ReadonlySet<string> = new Set(["draw", "tie", "x", "the draw"])

/** No spelling of a draw is longer, in characters, spaces around it included. */
const longestDraw = 12

/** Home, away, the draw, another name, or nobody. */
type Target = "home" | "away" | "draw" | "name" | "nobody"

const targetOf = ({ target, target_kind }: Pick<LineFields, "target" | "target_kind">): Target => {
  if (target === null || target === "") return "nobody"
  if (target_kind === "home" || target_kind === "away" || target_kind === "draw") return target_kind
  return target.length <= longestDraw && draws.has(foldMarketName(target)) ? "draw" : "name"
}

/** Whether a line is about the draw, also in ways that the protocol leaves as they are: `X`, `The Draw`. */
export const isDraw = (line: Pick<LineFields, "target" | "target_kind">): boolean => targetOf(line) === "draw"

/** The side, or what is wrong with it. */
export const sideOf = (
  kind: Kind,
  name: MarketReading,
  line: LineFields,
  context: SideContext,
): SideReading | UnknownReason => {
  const target = targetOf(line)
  const teamOnly = (): SideReading | UnknownReason =>
    line.side !== null ? "side" : target === "home" || target === "away" ? ofGame(target) : "target"
  switch (kind) {
    case "moneyline":
    case "draw_no_bet":
    case "spread":
      return teamOnly()
    case "moneyline_3way":
      return target === "draw" && line.side === null ? ofGame("draw") : teamOnly()
    // Whose handicap the line of a draw is, nobody has recorded.
    case "spread_3way":
      return target === "draw" ? "side" : teamOnly()
    case "double_chance":
      return line.side !== null || line.target === null ? "side" : doubleChance(line.target, context)
    case "total":
      return line.side === null ? "side" : withSubject(name, line, target, line.side, context)
    case "yes_no":
      return yesNo(name, line, target, context)
    case "odd_even": {
      const side = line.target === null ? undefined : foldMarketName(line.target)
      return side === "odd" || side === "even" ? { scope: name.team ?? "game", participant: null, side } : "side"
    }
    case "first":
      return first(name, line, target, context)
    case "other":
      return ofGame(
        [line.target, line.side].filter((each) => each !== null && each !== "").join(" ") || line.outcome || "?",
      )
  }
}

const ofGame = (side: string): SideReading => ({ scope: "game", participant: null, side })

/** Whose total or whose yes it is: the game, a team or a player. */
const withSubject = (
  { rule: { subject }, team, scope }: MarketReading,
  { target: raw }: LineFields,
  target: Target,
  side: string,
  { keyOf }: SideContext,
): SideReading | UnknownReason => {
  if (target === "draw") return "target"
  if (target === "home" || target === "away") {
    // The name is about one team and the target the other.
    if (team !== null && team !== target) return "target"
    return { scope: target, participant: null, side }
  }
  if (target === "nobody") {
    if (team !== null) return { scope: team, participant: null, side }
    if (scope === "home" || scope === "away") return { scope, participant: null, side }
    return subject === "game" || subject === "anyone" || scope === "game" ? ofGame(side) : "target"
  }
  if (team !== null || (subject !== "player" && subject !== "anyone")) return "target"
  const participant = saysNobody(raw!) || saysYes(raw!) || saysNo(raw!) ? undefined : keyOf(raw!)
  return participant === undefined ? "target" : { scope: "player", participant, side }
}

const yesNo = (
  name: MarketReading,
  line: LineFields,
  target: Target,
  context: SideContext,
): SideReading | UnknownReason => {
  if (line.side !== null) return "side"
  const said = line.target === null ? "" : foldMarketName(line.target)
  if (said === "yes" || said === "no") {
    if (name.rule.subject === "player" && name.team === null) return "target"
    return { scope: name.team ?? "game", participant: null, side: said }
  }
  if (name.rule.subject === "game") return "side"
  return withSubject(name, line, target, "yes", context)
}

const first = (
  { team, noScorer }: MarketReading,
  line: LineFields,
  target: Target,
  { keyOf }: SideContext,
): SideReading | UnknownReason => {
  if (line.side !== null) return "side"
  if (target === "home" || target === "away") {
    // A team as target: nobody of it scores. That the team scores first is another market.
    return noScorer && (team === null || team === target)
      ? { scope: target, participant: null, side: "none" }
      : "target"
  }
  const scope = team ?? "field"
  if (target === "nobody" || target === "draw") return "target"
  const { target: raw } = line
  if (saysNobody(raw!) || (noScorer && saysYes(raw!))) return { scope, participant: null, side: "none" }
  // A player in a market of no scorer: what it would mean, nobody has recorded. "No" there is that somebody scores.
  if (noScorer || saysYes(raw!) || saysNo(raw!)) return "target"
  const side = keyOf(raw!)
  return side === undefined || side === "none" ? "target" : { scope, participant: null, side }
}

const nobody =
  /^(?:none|nobody|no (?:scorer|one)|no (?:(?:first|1st|last) )?(?:team )?(?:touchdown|td|goal|basket)s?(?: ?scorer)?)$/

const saysNobody = (target: string): boolean => /^\s*no/i.test(target) && nobody.test(foldMarketName(target))
const saysYes = (target: string): boolean => /^\s*yes/i.test(target) && foldMarketName(target) === "yes"
const saysNo = (target: string): boolean => /^\s*no/i.test(target) && foldMarketName(target) === "no"

/** `1X`, `Home or Draw`, `Arsenal/Draw`. */
const doubleChance = (target: string, { home, away }: SideContext): SideReading | UnknownReason => {
  const text = foldMarketName(target)
  const parts = short.get(text.replaceAll(" ", "")) ?? text.split(/ or |\s?\/\s?/)
  if (parts.length !== 2) return "target"
  const [homeName, awayName] = [foldMarketName(home ?? ""), foldMarketName(away ?? "")]
  const found = new Set(parts.map((part) => {
    if (draws.has(part)) return "draw"
    const isHome = part === "home" || (part !== "" && part === homeName)
    const isAway = part === "away" || (part !== "" && part === awayName)
    return isHome === isAway ? undefined : isHome ? "home" : "away"
  }))
  if (found.has("home") && found.has("draw")) return ofGame("home_draw")
  if (found.has("home") && found.has("away")) return ofGame("home_away")
  return found.has("draw") && found.has("away") ? ofGame("draw_away") : "target"
}

const short: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["1x", ["home", "draw"]],
  ["x1", ["home", "draw"]],
  ["12", ["home", "away"]],
  ["21", ["home", "away"]],
  ["x2", ["draw", "away"]],
  ["2x", ["draw", "away"]],
])
