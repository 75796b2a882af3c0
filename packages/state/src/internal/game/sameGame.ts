/**
 * Games of one sportsbook that carry the same ids under different keys.
 *
 * The feed may move a game to another key (its date was corrected) and send no `game_removed` for the old one. The old
 * copy would then keep prices that nobody quotes. Nothing proves that it was a move, so no game is merged or closed:
 * the old copy is unverified until its own full message comes.
 */
import type { Work } from "../work.ts"
import type { Game, KeysById, Owner, SportsbookEntry } from "../model.ts"

/** Adds a game to the index under its universal id, where it has one. */
export const indexById = (
  owner: Owner,
  entry: SportsbookEntry,
  game: Pick<Game, "game" | "universal_game_id">,
): void => {
  const { universal_game_id: id } = game
  if (id === null) return
  const keys = ownKeys(owner, entry)
  keys.set(id, [...(keys.get(id) ?? []).slice(1 - mostKeys), game.game])
}

/** Takes a game out of the index, where it stands under this universal id. */
export const forgetId = (owner: Owner, entry: SportsbookEntry, game: string, id: string | null): void => {
  if (id === null) return
  const keys = ownKeys(owner, entry)
  const rest = (keys.get(id) ?? []).filter((key) => key !== game)
  if (rest.length === 0) keys.delete(id)
  else keys.set(id, rest)
}

const ownKeys = (owner: Owner, entry: SportsbookEntry): KeysById["keys"] => {
  if (entry.byId.owner !== owner) entry.byId = { owner, keys: new Map(entry.byId.keys) }
  return entry.byId.keys
}

/** A game has a few keys at most. An id that more games share names none of them; the newest are kept. */
const mostKeys = 64

/**
 * A game has become complete under its key and id: any other game of the sportsbook with the same ids is unverified.
 *
 * This happens once in the life of a key. Two keys that both get full messages from then on are both verified by them.
 */
export const invalidateOtherKeys = (work: Work, entry: SportsbookEntry, game: Game): void => {
  const id = game.universal_game_id
  if (id === null) return
  const keys = entry.byId.keys.get(id)
  if (keys === undefined || keys.length < 2) return
  for (const key of keys) {
    const other = key === game.game ? undefined : entry.games.get(key)
    if (other === undefined || !isSameGame(other, game) || isUnverified(other)) continue
    work.control("game_rekeyed", {
      sportsbook: entry.sportsbook,
      game: game.game,
      previous_game: key,
      universal_game_id: id,
      book_game_id: game.book_game_id,
    })
    work.control("quarantined", {
      reason: `the game moved to another key: ${JSON.stringify(key)} is now ${JSON.stringify(game.game)}`,
      touches: "game",
      sportsbook: entry.sportsbook,
      game: key,
      outcome: null,
      text: "",
    })
    // No message named the old key: a snapshot without it still closes its game.
    work.game(entry, other).invalidatedAt = work.invalidate()
  }
}

/** Whether nothing of it was confirmed since it was last invalidated itself: then there is nothing to say of it again. */
const isUnverified = (game: Game): boolean => {
  if (game.confirmedAt >= game.invalidatedAt) return false
  for (const line of game.lines.values()) if (line.confirmedAt >= game.invalidatedAt) return false
  return true
}

/**
 * Same ids, and not the other way round: soccer and UFC publish one match twice, with home and away exchanged, and both
 * are live. An id of the sportsbook that is not known on one side contradicts nothing.
 */
const isSameGame = (one: Game, other: Game): boolean => {
  const sameId = one.book_game_id === null || other.book_game_id === null || one.book_game_id === other.book_game_id
  const flipped = one.home_team !== null && one.away_team !== null && one.home_team === other.away_team &&
    one.away_team === other.home_team
  return sameId && !flipped
}
