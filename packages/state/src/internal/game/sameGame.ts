/**
 * Games of one sportsbook that carry the same ids under different keys.
 *
 * The feed may move a game to another key (its date was corrected) and send no `game_removed` for the old one. The old
 * copy would then keep prices that nobody quotes. Nothing proves that it was a move, so no game is merged or closed:
 * the old copy is unverified until its own full message comes.
 */
import type { Game, SportsbookEntry } from "../model.ts"
import type { Work } from "../work.ts"

/** Keeps the index after the universal id of a game changed: at its opening from null, at its closing to null. */
export const indexById = (
  work: Pick<Work, "owner">,
  entry: SportsbookEntry,
  game: string,
  from: string | null,
  to: string | null,
): void => {
  if (from === to) return
  if (entry.byId.owner !== work.owner) entry.byId = { owner: work.owner, keys: new Map(entry.byId.keys) }
  const { keys } = entry.byId
  if (from !== null) {
    const rest = (keys.get(from) ?? []).filter((key) => key !== game)
    if (rest.length === 0) keys.delete(from)
    else keys.set(from, rest)
  }
  if (to !== null) keys.set(to, [...(keys.get(to) ?? []).slice(1 - mostKeys), game])
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
    // Nothing was heard of the old key: a snapshot without it still closes its game.
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
