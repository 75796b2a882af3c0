/** From a line of one sportsbook to what is bet on. */
import type { Aliases } from "./aliases.ts"
import { defaultStat, endsInTies, type Family, familyOf } from "./families.ts"
import { isPlainTennis, MarketNames, type MarketReading } from "./internal/readMarketName.ts"
import { withOvertime } from "./internal/periods.ts"
import { familyStat } from "./internal/rules.ts"
import { sideOf, type SideReading } from "./internal/sides.ts"
import { participantKey, suffixedKey } from "./participants.ts"
import type { GameFields, Kind, LineFields, Reading, Selection, SelectionScope, UnknownReason } from "./Selection.ts"

/** What a reader knows beside the line. */
export interface ReaderOptions {
  /** A user's names; they come before the tables. */
  readonly aliases?: Aliases
  /** How many names of markets are remembered; 20,000 by default. Beyond it they are read anew. */
  readonly maxNames?: number
}

/** What is known of the other lines of a market at the same sportsbook. */
export interface Siblings {
  /**
   * The market has a draw among its outcomes: then a moneyline and a spread are of three ways. It must be sticky: once a
   * draw was seen it stays true for the game, also while the draw's line is closed.
   */
  readonly draw?: boolean
  /**
   * The keys of the players of the market, by their names as sent (`participantKeys`, with the names of the event's
   * other sportsbooks); `participantKey` otherwise.
   */
  readonly participants?: ReadonlyMap<string, string | undefined>
}

/** Reads lines; remembers the names of markets that it has seen. */
export interface SelectionReader {
  /** Total: never throws, whatever the texts. */
  readonly read: (line: LineFields, game: GameFields, siblings?: Siblings) => Reading
}

/** Makes a reader with aliases of its own. */
export const makeSelectionReader = ({ aliases, maxNames = 20_000 }: ReaderOptions = {}): SelectionReader => {
  const names = new MarketNames(aliases, Math.max(2, maxNames))
  const people = new Map(Object.entries(aliases?.people ?? {}).map(([name, as]) => [suffixedKey(name), as]))
  return { read: (line, game, siblings) => read({ names, people }, line, game, siblings ?? none) }
}

const none: Siblings = {}

interface Tables {
  readonly names: MarketNames
  readonly people: ReadonlyMap<string, string>
}

const standard: SelectionReader = makeSelectionReader()

/**
 * What a line bets on, or the part of it that is not understood. Total: never throws. Nothing is guessed: a market that is
 * not in the tables, a total without a side, a spread without a line are `Unknown`, with the reason to count.
 *
 * With aliases use `makeSelectionReader`, which remembers names.
 *
 * @example
 * ```ts
 * import { readSelection } from "@boltodds/market"
 *
 * const game = { sport: "NFL", sportsbook: "draftkings", home_team: "Chicago Bears", away_team: "Minnesota Vikings" }
 * const line = { outcome: "…", market: "1st Half Spread", target: "Chicago Bears", target_kind: "home", side: null } as const
 * const reading = readSelection({ ...line, line: -3.5 }, game)
 * // { _tag: "Selection", selection: { kind: "spread", period: "h1", scope: "game", stat: "points", side: "home", … } }
 * readSelection({ ...line, line: null }, game) // { _tag: "Unknown", reason: "line", raw: "1st Half Spread" }
 * ```
 */
export const readSelection = (line: LineFields, game: GameFields, siblings?: Siblings): Reading =>
  standard.read(line, game, siblings)

const read = (tables: Tables, line: LineFields, game: GameFields, siblings: Siblings): Reading => {
  const { market } = line
  if (market === null || market === "") return unknown("market", market)
  const { home_team: home, away_team: away } = game
  const name = tables.names.read(market, game.sport, game.sportsbook, { home, away })
  if (typeof name === "string") return unknown(name, market)
  const family = familyOf(game.sport)
  const place = placeOf(name, family, siblings.draw === true)
  if (typeof place === "string") return unknown(place, market)
  const found = sideOf(place.kind, name, line, { home, away, keyOf: (raw) => keyOf(tables, siblings, raw) })
  if (typeof found === "string") return unknown(found, market)
  const number = lineOf(place, line, isPlainTennis(family, name))
  if (number === undefined) return unknown("line", market)
  const scope = name.scope ?? found.scope
  // An alias can say player of a market that has none, and the other way round.
  if ((scope === "player") !== (found.participant !== null)) return unknown("target", market)
  return { _tag: "Selection", selection: selectionOf({ ...place, scope }, found, number, game.sport, family) }
}

const unknown = (reason: UnknownReason, raw: string | null): Reading => ({ _tag: "Unknown", reason, raw })

/** The key of a player's name; undefined where nobody knows who is meant. */
const keyOf = ({ people }: Tables, { participants }: Siblings, raw: string): string | undefined => {
  const key = participants !== undefined && participants.has(raw) ? participants.get(raw) : participantKey(raw)
  if (key === undefined || key === "") return undefined
  // An alias of a name with a suffix is that man's only; one without is for every spelling.
  const alias = people.size === 0 ? undefined : people.get(suffixedKey(raw)) ?? people.get(key)
  return alias === undefined ? key : participantKey(alias)
}

/** Kind, period and stat in this family. */
interface Place {
  readonly kind: Kind
  readonly period: string
  readonly stat: string | null
}

const placeOf = (name: MarketReading, family: Family, hasDraw: boolean): Place | UnknownReason => {
  let { kind, stat } = name.rule
  let { period } = name
  if (stat === familyStat) {
    const own = defaultStat[family]
    // What a plain total counts in a game of a set is not known.
    if (own === undefined || /^s\dg/.test(period)) return "market"
    stat = own
  }
  if (kind === "other") stat ??= name.rest === "" ? null : name.rest
  // Of which yes it is, only an alias can leave out.
  if ((kind === "yes_no" || kind === "first") && stat === null) return "market"
  // Regulation can end in a tie.
  if (kind === "moneyline" && (family === "soccer" || hasDraw || (beforeOvertime.has(family) && period === "reg"))) {
    kind = "moneyline_3way"
  }
  if (kind === "spread" && hasDraw) kind = "spread_3way"
  if (period === withOvertime) {
    // In soccer `game` is 90 minutes, and in an unknown sport nobody knows. A draw is possible before overtime only.
    if (family === "soccer" || family === "other" || kind === "moneyline_3way") return "period"
    period = "game"
  }
  // A draw is possible before overtime only.
  if (kind === "moneyline_3way" && period === "game" && beforeOvertime.has(family)) period = "reg"
  // In soccer the ordinary rule is 90 minutes.
  if (family === "soccer" && period === "reg") period = "game"
  return { kind, period, stat }
}

const beforeOvertime: ReadonlySet<Family> = new Set(["hockey", "basketball", "football"])

/** The number that the kind needs, null where it needs none; undefined where it has the wrong one. */
const lineOf = ({ kind }: Place, { line }: LineFields, plainTennis: boolean): number | null | undefined => {
  switch (kind) {
    case "total":
      // Under six games there is no match: it counts sets, and does not say so.
      return line !== null && line > 0 && isQuarter(line) && !(plainTennis && line < 6) ? line : undefined
    case "spread":
    case "spread_3way":
      return line !== null && isQuarter(line) && !(plainTennis && Math.abs(line) < 3) ? line + 0 : undefined
    case "other":
      return line === null ? null : Number.isFinite(line) ? line + 0 : undefined
    default:
      return line === null || line === 0 ? null : undefined
  }
}

const isQuarter = (line: number): boolean => Number.isSafeInteger(line * 4) && Math.abs(line) < 10_000

const selectionOf = (
  { kind, period, stat, scope }: Place & { readonly scope: SelectionScope },
  { side, participant }: SideReading,
  line: number | null,
  sport: string,
  family: Family,
): Selection => {
  const split = (kind === "spread" || kind === "total") && line !== null && !Number.isInteger(line * 2)
  return {
    sport,
    family,
    period,
    kind,
    scope,
    participant,
    stat,
    line,
    side,
    outcomes: kind === "moneyline" && !isTwoWay(period, family) ? null : outcomesOf[kind],
    winners: kind === "other" ? null : kind === "double_chance" ? 2 : 1,
    push: split || canPush(kind, period, line, { family, sport }),
    split,
  }
}

const outcomesOf: Readonly<Record<Kind, 2 | 3 | null>> = {
  moneyline: 2,
  moneyline_3way: 3,
  draw_no_bet: 2,
  double_chance: 3,
  spread: 2,
  spread_3way: 3,
  total: 2,
  yes_no: 2,
  odd_even: 2,
  first: null,
  other: null,
}

/** Where a whole game cannot end in a tie. */
const noTies: ReadonlySet<Family> = new Set(["baseball", "basketball", "hockey", "tennis", "esports"])

/** A game, its overtime, a set, a game of a set, a map. */
const isDecided = (period: string): boolean =>
  period === "game" || period === "ot" || period.startsWith("s") || period.startsWith("m")

/** Whether a moneyline without a known draw has two sides: a draw can be there and not be seen. */
const isTwoWay = (period: string, family: Family): boolean =>
  family !== "other" && (period === "game" || (noTies.has(family) && isDecided(period)))

const canPush = (
  kind: Kind,
  period: string,
  line: number | null,
  { family, sport }: Pick<Selection, "family" | "sport">,
): boolean => {
  if (kind === "draw_no_bet") return true
  if (kind === "spread" || kind === "total") return Number.isInteger(line)
  // Part of a game can end in a tie where the game cannot, but a set, a map or a game of a set cannot.
  if (kind !== "moneyline") return false
  // A match of two maps can end one all.
  if (family === "esports") return !period.startsWith("m")
  return !(noTies.has(family) && isDecided(period)) || (period === "game" && endsInTies(sport))
}
