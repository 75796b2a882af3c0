/** What the loss of an envelope means to its reader. */
import { type Control, gameId } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { isInformation, type LostGame } from "./LostGame.ts"

/** `everything`: nothing that the reader knows can be relied on · `nothing`: no belief depends on it · or one game. */
export type LossScope = "everything" | "nothing" | LostGame

/** The id of a lost game. */
export const lostGameId = ({ sportsbook, game }: { readonly sportsbook: string; readonly game: string }): string =>
  gameId(sportsbook, game)

/**
 * The scope of a lost envelope. A value that is not one of the toolkit's own records names no game: a processor or a store
 * may have given it any shape.
 */
export const lossScope = ({ _tag, value }: Envelope<unknown>): LossScope => {
  if (typeof value !== "object" || value === null) return "everything"
  const fields = value as Fields
  if (_tag === "Record" || "change" in value) return isChange(fields) ? lostGame(fields) : "everything"
  if (typeof fields["control"] !== "string") return "everything"
  const control = value as Control
  if (isInformation(control)) return "nothing"
  const namesGame = control.control === "game_verified" ||
    (control.control === "quarantined" && control.touches === "game")
  return namesGame && isText(control.sportsbook) && isText(control.game) ? lostGame(fields) : "everything"
}

type Fields = { readonly [field: string]: unknown }

const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

/** Whether these are the fields of a change, as far as a reader needs them to find the game. */
const isChange = ({ change, run, seq, session, sportsbook, game }: Fields): boolean =>
  isText(change) && isText(run) && typeof seq === "number" && typeof session === "string" && isText(sportsbook) &&
  isText(game)

const lostGame = (fields: Fields): LostGame => {
  const text = (name: string): string | null => typeof fields[name] === "string" ? fields[name] : null
  return {
    sportsbook: text("sportsbook") ?? "",
    game: text("game") ?? "",
    sport: text("sport") ?? "",
    universal_game_id: text("universal_game_id"),
    book_game_id: text("book_game_id"),
    home_team: text("home_team"),
    away_team: text("away_team"),
    starts_at: text("starts_at"),
  }
}
