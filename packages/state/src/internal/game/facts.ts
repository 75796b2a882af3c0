/** What a message says of its game. */
import { type GameData, isSent, parseStartsAt, rawText } from "@boltodds/protocol"
import type { Work } from "../work.ts"
import type { Game } from "../model.ts"

/**
 * Takes a message's facts into a game; true where one of them changed. What a message does not say is kept; a start that
 * it says in a way that cannot be read is not known any more.
 */
export const takeFacts = (game: Game, data: GameData): boolean => {
  const info = data.info ?? undefined
  let changed = false
  const home = text(data.home_team) ?? game.home_team
  if (home !== game.home_team) {
    game.home_team = home
    changed = true
  }
  const away = text(data.away_team) ?? game.away_team
  if (away !== game.away_team) {
    game.away_team = away
    changed = true
  }
  if (data.sport !== "" && data.sport !== game.sport) {
    game.sport = data.sport
    changed = true
  }
  const universal = text(data.universal_game_id) ?? text(info?.["universal_id"]) ?? game.universal_game_id
  if (universal !== game.universal_game_id) {
    game.universal_game_id = universal
    changed = true
  }
  if (info === undefined) return changed
  const id = identifier(info["id"]) ?? identifier(info["game_id"]) ?? game.book_game_id
  if (id !== game.book_game_id) {
    game.book_game_id = id
    changed = true
  }
  const when = info["when"]
  if (when === game.when || !isSent(when)) return changed
  const startsAt = parseStartsAt(when)
  if (startsAt === null && game.startFault === "none") game.startFault = "due"
  // An object is another one in each message, and says no more than the first: nothing. Nor does a long text.
  game.when = typeof when === "object" || (typeof when === "string" && when.length > longestWhen) ? null : when
  if (startsAt !== game.starts_at) {
    game.starts_at = startsAt
    changed = true
  }
  return changed
}

/** No longer text is read as a start. */
const longestWhen = 60

/** Reports once that the start of a game cannot be read. No price depends on it. */
export const reportStart = (work: Work, game: Game, data: GameData): void => {
  if (game.startFault !== "due") return
  game.startFault = "reported"
  const when = rawText(data.info?.["when"])
  work.control("quarantined", {
    reason: `info.when cannot be read: ${JSON.stringify(when)}`,
    touches: "nothing",
    sportsbook: game.sportsbook,
    game: game.game,
    outcome: null,
    text: when,
  })
}

const text = (value: unknown): string | null => typeof value === "string" && value !== "" ? value : null

/** `info.id` is a number or a string, `info.game_id` likewise; or neither is there. */
const identifier = (value: unknown): string | null =>
  typeof value === "number" && Number.isFinite(value)
    ? String(value)
    : typeof value === "string" && value !== ""
    ? value
    : null
