/** What a processor keeps of lines. */
import { type Change, gameId, type LineChange } from "@boltodds/protocol"

/** One entry per line, by its game: a game that goes takes its lines with it. */
export class LineTable<E> {
  readonly #games = new Map<string, Map<string, E>>()

  get(line: LineChange): E | undefined {
    return this.#games.get(gameId(line.sportsbook, line.game))?.get(line.outcome)
  }

  /** Keeps it, and that its game is known. */
  set(line: LineChange, entry: E): void {
    this.open(line).set(line.outcome, entry)
  }

  /** The game stays known, also without lines. */
  delete(line: LineChange): void {
    this.#games.get(gameId(line.sportsbook, line.game))?.delete(line.outcome)
  }

  /** The lines of a game, which is known from here on. */
  open(change: Change): Map<string, E> {
    const id = gameId(change.sportsbook, change.game)
    let lines = this.#games.get(id)
    if (lines === undefined) {
      lines = new Map()
      this.#games.set(id, lines)
    }
    return lines
  }

  hasGame(change: Change): boolean {
    return this.#games.has(gameId(change.sportsbook, change.game))
  }

  /** The entries of a game's lines. */
  ofGame(game: { readonly sportsbook: string; readonly game: string }): Iterable<E> {
    return this.#games.get(gameId(game.sportsbook, game.game))?.values() ?? []
  }

  deleteGame(change: Change): void {
    this.#games.delete(gameId(change.sportsbook, change.game))
  }

  clear(): void {
    this.#games.clear()
  }
}
