/** The end of a game. */
import type { ChangeCause } from "@boltodds/protocol"
import type { Game, SportsbookEntry } from "../model.ts"
import { indexById } from "./sameGame.ts"
import type { Work } from "../work.ts"

/** Closes a game and all its lines. */
export const closeGame = (work: Work, entry: SportsbookEntry, game: Game, cause: ChangeCause): void => {
  entry.games.delete(game.game)
  indexById(work, entry, game.game, game.universal_game_id, null)
  work.core.games--
  work.core.lines -= game.lines.size
  work.core.bytes -= game.factBytes + game.lineBytes
  work.gameChange("game_closed", game, cause)
}
