/** Keys: one text for one bet, for people, JSON and maps. */
import type { ChangeBase } from "@boltodds/protocol"
import { type Kind, kinds, scopes, type Selection, type SelectionScope } from "./Selection.ts"

/** The parts of a selection that its keys hold. Sport and family are those of the event. */
export type KeyedSelection = Pick<
  Selection,
  "period" | "kind" | "scope" | "participant" | "stat" | "line" | "side"
>

/**
 * What a key says. `line` is that of the pair: of a spread the home team's, whichever the side; `pairLine` turns it.
 */
export interface KeyParts {
  readonly event: string
  readonly period: string
  readonly kind: Kind
  readonly scope: SelectionScope
  readonly participant: string | null
  readonly stat: string | null
  readonly line: number | null
  readonly side: string
}

/**
 * The event of a game: its id across sportsbooks, or else its own key within its sport. Without an id no other spelling of
 * the game is found: two events for one game lose opportunities, one event for two games invents them. A slash in the
 * name of the sport is escaped with a backslash.
 *
 * Home and away are those of the game. An index that joins games of one id must refuse the event where two of them have
 * home and away the other way round (`selfFlippedEvents` finds it): one key would be two opposite bets.
 */
export const eventKey = (game: Pick<ChangeBase, "universal_game_id" | "sport" | "game">): string =>
  game.universal_game_id === null || game.universal_game_id === ""
    ? `${game.sport.replace(/[\\/]/g, "\\$&")}/${game.game}`
    : game.universal_game_id

/** The line that both sides of a pair share: of a spread the home team's, else the side's own. Never -0. */
export const pairLine = ({ kind, side, line }: Pick<Selection, "kind" | "side" | "line">): number | null =>
  line === null ? null : (kind === "spread" || kind === "spread_3way") && side === "away" ? 0 - line : line + 0

/** `event|period|kind|scope|participant|stat`: all lines and sides of one market. */
export const marketKey = (event: string, selection: KeyedSelection): string =>
  `${escape(event)}|${escape(selection.period)}|${selection.kind}|${selection.scope}|${
    escape(selection.participant ?? "")
  }|${escape(selection.stat ?? "")}`

/** The market's key and the line: the sides of which exactly one wins, or more in a double chance. */
export const pairKey = (event: string, selection: KeyedSelection): string =>
  `${marketKey(event, selection)}|${pairLine(selection) ?? ""}`

/**
 * The pair's key and the side: one bet, at any sportsbook.
 *
 * @example
 * ```ts
 * import { selectionKey } from "@boltodds/market"
 *
 * const selection = { period: "game", kind: "spread", scope: "game", participant: null, stat: "runs", line: 1.5 } as const
 * selectionKey("0a1b2c3d4e5f", { ...selection, side: "away" }) // "0a1b2c3d4e5f|game|spread|game||runs|-1.5|away"
 * ```
 */
export const selectionKey = (event: string, selection: KeyedSelection): string =>
  `${pairKey(event, selection)}|${escape(selection.side)}`

/** The parts of a selection's key; undefined for a text that no key is. */
export const parseSelectionKey = (key: string): KeyParts | undefined => {
  const parts = unescape(key)
  if (parts?.length !== 8) return undefined
  const [event, period, kind, scope, participant, stat, text, side] = parts as [string, ...Array<string>]
  const line = text === "" ? null : Number(text)
  if (!kinds.includes(kind as Kind) || !scopes.includes(scope as SelectionScope)) return undefined
  // A number has one form here: "8.5", not "8.50".
  if (line !== null && (!Number.isFinite(line) || String(line) !== text)) return undefined
  return {
    event,
    period: period!,
    kind: kind as Kind,
    scope: scope as SelectionScope,
    participant: participant === "" ? null : participant!,
    stat: stat === "" ? null : stat!,
    line,
    side: side!,
  }
}

const special = /[|\\]/g
const escape = (text: string): string =>
  text.includes("|") || text.includes("\\") ? text.replace(special, "\\$&") : text

/** The parts between bars that are not escaped; undefined where a backslash stands before anything but the two. */
const unescape = (key: string): ReadonlyArray<string> | undefined => {
  if (!key.includes("\\")) return key.split("|")
  const parts: Array<string> = [""]
  for (let index = 0; index < key.length; index++) {
    const char = key[index]!
    if (char === "|") parts.push("")
    else if (char !== "\\") parts[parts.length - 1] += char
    else if (key[index + 1] === "|" || key[index + 1] === "\\") parts[parts.length - 1] += key[++index]!
    else return undefined
  }
  return parts
}
