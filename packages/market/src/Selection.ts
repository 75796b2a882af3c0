/** What is bet on, in words that mean the same at every sportsbook. */
import type { ChangeBase, LineChange } from "@boltodds/protocol"
import type { Family } from "./families.ts"

/** The kinds of markets. `other` is known and not compared: correct scores, outrights, parlays. */
export const kinds = [
  "moneyline",
  "moneyline_3way",
  "draw_no_bet",
  "double_chance",
  "spread",
  "spread_3way",
  "total",
  "yes_no",
  "odd_even",
  "first",
  "other",
] as const

/** See {@link kinds}. */
export type Kind = (typeof kinds)[number]

/** Whose result counts: of the game, one team, one player, or the first of a field. */
export const scopes = ["game", "home", "away", "player", "field"] as const

/** See {@link scopes}. */
export type SelectionScope = (typeof scopes)[number]

/** One outcome, without the sportsbook and without the price. */
export interface Selection {
  /** As sent: `NBA`, `US Open (M)`. */
  readonly sport: string
  readonly family: Family
  /**
   * `game` is the sportsbook's ordinary rule: 90 minutes in soccer, overtime included elsewhere. `reg` is without
   * overtime, `ot` overtime alone. `h1` `h2`, `q1`…`q4`, `p1`…`p3`, `i1`…`i9`; `f3` `f5` `f7` (first innings), `s1`…`s5`,
   * `s1g2` (a game of a set), `m1`… (maps), `r1`… (rounds).
   */
  readonly period: string
  readonly kind: Kind
  readonly scope: SelectionScope
  /** The player, in the form of `participantKey`; null for everything but `player`. */
  readonly participant: string | null
  /** `runs`, `points`, `assists+points+rebounds`, `games`; null where the kind says it all. */
  readonly stat: string | null
  /** Of this side: the away team's +1.5 of a spread is 1.5. Null where the market has none. */
  readonly line: number | null
  /**
   * `home` `away` `draw`; `over` `under`; `yes` `no`; `odd` `even`; `home_draw` `home_away` `draw_away`. The participant
   * in a field (`none` for no scorer). The text as sent in kind `other`.
   */
  readonly side: string
  /**
   * How many sides make the set complete; null where that is not known: a moneyline of an unknown sport or of a part of a
   * game can have a draw that was not seen.
   */
  readonly outcomes: 2 | 3 | null
  /** How many of the sides win: 1, in a double chance 2; null where that is not known. */
  readonly winners: number | null
  /** The stake can come back, whole or, on a quarter line, half of it. */
  readonly push: boolean
  /** A quarter line: half of the stake is on each of the lines beside it. */
  readonly split: boolean
}

/** Why a line is not understood. It is counted, never guessed. */
export const unknownReasons = ["market", "period", "target", "side", "line"] as const

/** See {@link unknownReasons}. */
export type UnknownReason = (typeof unknownReasons)[number]

/** What a line says: a selection, or the part that is not understood. */
export type Reading =
  | { readonly _tag: "Selection"; readonly selection: Selection }
  | {
    readonly _tag: "Unknown"
    readonly reason: UnknownReason
    /** The market's name as sent; null where there was none. */
    readonly raw: string | null
  }

/** What is read of a line; a `LineChange` has it. */
export type LineFields = Pick<LineChange, "outcome" | "market" | "target" | "target_kind" | "side" | "line">

/** What is read of a line's game; every change has it. */
export type GameFields = Pick<ChangeBase, "sport" | "sportsbook" | "home_team" | "away_team">
