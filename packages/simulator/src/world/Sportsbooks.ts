/** The sportsbooks of the simulated world, and how each of them writes. */

/** How a book writes `outcome_line`. Source: PROTOCOL, "outcome_line". */
export type LineStyle =
  /** `"-1.5"` */
  | "text"
  /** `"6.0"`: always with a decimal */
  | "decimal_text"
  /** `-1.5` */
  | "number"
  /** `"0.5"` on one side of a pair and `-0.5` on the other */
  | "mixed"
  /** `"-3,5"` on alternate spreads, in the key too */
  | "comma"
  /** null on the main spread, while the key says 1.5 */
  | "missing_on_main_spread"

/** A sportsbook. */
export interface Sportsbook {
  readonly name: string
  /** Beyond a fair price: 0.05 makes a coin toss about -110. */
  readonly margin: number
  /** Share of all games that it offers. */
  readonly coverage: number
  /** `main`: moneyline, spread, total only · `full`: with alternates, periods and props. */
  readonly depth: "main" | "full"
  readonly lines: LineStyle
  /** `team`: `"<home team> O 8.5"` (2026) · `bare`: `"O 8.5 Total Runs"` (2025). */
  readonly totals: "team" | "bare"
  /** Where `info` carries the book's own id: `id` as a number or text, `game_id`, or nowhere. */
  readonly id: "number" | "text" | "game_id" | "none"
  /** `none`: exchanges and others send no deep link · `some`: not for alternates. */
  readonly links: "all" | "some" | "none"
  /** Whether `info.orig_teams` has the book's own spelling. */
  readonly origTeams: boolean
  /** Minutes that its `info.when` differs from the others'. */
  readonly whenOffsetMinutes: number
  /** Whether it names home and away the other way round in soccer and fighting. */
  readonly flips: boolean
  /** Another book that shares its prices and its timing. */
  readonly clone?: string
  /** Prices up to ±99900, as exchanges with few offers have. */
  readonly extremes?: boolean
}

const base = {
  margin: 0.045,
  coverage: 0.9,
  depth: "full",
  lines: "text",
  totals: "team",
  id: "text",
  links: "all",
  origTeams: false,
  whenOffsetMinutes: 0,
  flips: false,
} as const

const exchange = { ...base, margin: 0.015, coverage: 0.5, depth: "main", links: "none", id: "none" } as const

/** Every sportsbook, in the order of `get_info`. What each does is what PROTOCOL reports of it. */
export const sportsbooks: ReadonlyArray<Sportsbook> = [
  { ...base, name: "draftkings", coverage: 1, lines: "number", id: "game_id", origTeams: true },
  { ...base, name: "fanduel", coverage: 1, lines: "number", whenOffsetMinutes: 1 },
  { ...base, name: "betmgm", coverage: 1, lines: "comma" },
  { ...base, name: "caesars", lines: "missing_on_main_spread", links: "some" },
  { ...base, name: "thescore", lines: "decimal_text", depth: "main" },
  { ...base, name: "betrivers", id: "number" },
  { ...base, name: "pinnacle", margin: 0.025, id: "number", lines: "number", links: "none", flips: true },
  { ...base, name: "bodog", totals: "bare", clone: "bovada", flips: true },
  { ...base, name: "bovada", totals: "bare", flips: true },
  { ...base, name: "neobet", margin: 0.06, coverage: 0.7, id: "none", lines: "mixed", totals: "bare", links: "none" },
  { ...exchange, name: "kalshi" },
  { ...exchange, name: "polymarket", lines: "number" },
  { ...exchange, name: "prophetx" },
  { ...exchange, name: "novig", links: "all", extremes: true },
  // Synthetic: an average of the others, not bettable.
  { ...base, name: "consensus", margin: 0.03, coverage: 0.8, depth: "main", id: "none", links: "none" },
]
