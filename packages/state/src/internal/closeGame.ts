/** The end of a game. */
import type { ChangeCause } from "@boltodds/protocol"
import type { BookEntry, Game } from "./model.ts"
import { indexById } from "./sameGame.ts"
import type { Work } from "./work.ts"

/** Closes a game and all its lines. */
export const closeGame = (work: Work, book: BookEntry, game: Game, cause: ChangeCause): void => {
  book.games.delete(game.game)
  indexById(work, book, game.game, game.universal_game_id, null)
  work.core.games--
  work.core.lines -= game.lines.size
  work.core.bytes -= game.factBytes + game.lineBytes
  work.gameChange("game_closed", game, cause)
}
