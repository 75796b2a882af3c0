/** The rules of the emit `changes` for a lane that coalesces. */
import { type Change, changeKey, compose, gameId, isLineChange } from "@boltodds/protocol"
import { type Coalescing, type CoalescingPlace, controlKey } from "./Coalescing.ts"
import { touches } from "./precedence.ts"

/**
 * Changes are merged by `compose` of `@boltodds/protocol`. Suspensions and closings overtake; a game that closes takes its
 * lines with it.
 */
export const changeCoalescing: Coalescing<Change> = {
  key: changeKey,
  owner: (change) => isLineChange(change) ? gameId(change.sportsbook, change.game) : undefined,
  compose,
  place: (merged, arrived, isAhead) => isLineChange(merged) ? placeOfLine(merged, isAhead) : placeOfGame(arrived),
  supersedes: ({ change }) => change === "game_closed" ? "all" : change === "game_opened" ? "turn" : undefined,
  outdates: (change) =>
    change.change === "game_closed"
      ? [controlKey("game_verified", change.session, gameId(change.sportsbook, change.game))]
      : none,
  invalidated: (change, control) =>
    change.unverified === true || isClosing(change) || !touches(control, change)
      ? change
      : { ...change, unverified: true },
  scope: (control) =>
    control.control === "quarantined" && control.touches === "game"
      ? gameId(control.sportsbook ?? "", control.game ?? "")
      : undefined,
  weigh: (change) => {
    const { run, session, sport, sportsbook, game, home_team, away_team, universal_game_id, book_game_id } = change
    const common = run.length + session.length + sport.length + sportsbook.length + game.length +
      lengthOf(home_team) + lengthOf(away_team) + lengthOf(universal_game_id) + lengthOf(book_game_id) +
      lengthOf(change.starts_at) + lengthOf(change.sent_at)
    if (!isLineChange(change)) return gameFrame + common
    const { outcome, market, target, link } = change
    return lineFrame + common + outcome.length + lengthOf(market) + lengthOf(target) + lengthOf(link)
  },
}

const none: ReadonlyArray<never> = []

/** A suspension or a closing: what it overtakes, and what it merges with, is better believed later. */
const placeOfLine = (line: Change, isAhead: boolean): CoalescingPlace => {
  if (line.change === "line_suspended" || line.change === "line_closed") return "front"
  return isAhead && "odds" in line && line.odds === null && line.change !== "line_opened" ? "front" : "keep"
}

const placeOfGame = ({ change }: Change): CoalescingPlace =>
  change === "game_closed" ? "front" : change === "game_opened" ? "end" : "keep"

const isClosing = ({ change }: Change): boolean => change === "line_closed" || change === "game_closed"

/** The names of the fields of a change, its numbers and times, and what JSON puts between them: measured, in characters. */
const lineFrame = 465
const gameFrame = 310

const lengthOf = (text: string | null): number => text === null ? 0 : text.length
