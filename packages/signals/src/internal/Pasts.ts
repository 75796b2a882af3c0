/** What stays known of games that are closed. */

/** What was seen of the games of one event at one sportsbook. */
export interface Past {
  readonly key: string
  /** How many games of it there are. */
  games: number
  /** Markets in which a draw was seen. It stays, also when the draw's line closes. */
  draws: Set<string> | undefined
  /** The last start, in milliseconds since the epoch; null where none was known. */
  startsAt: number | null
  /** When a start last moved so far that it may be another game's. */
  movedAt: number | undefined
}

/**
 * By sportsbook and event. A game that is closed and sent anew, or sent under another name, is the same one: its market has a
 * draw, and its start has moved. What has no game any more is forgotten beyond a number, the oldest first.
 */
export class Pasts {
  readonly #most: number
  readonly #used = new Map<string, Past>()
  readonly #unused = new Map<string, Past>()

  constructor(most = 50_000) {
    this.#most = most
  }

  /** For a game that begins. */
  use(sportsbook: string, event: string): Past {
    const key = JSON.stringify([sportsbook, event])
    const past = this.#used.get(key) ?? this.#unused.get(key) ??
      { key, games: 0, draws: undefined, startsAt: null, movedAt: undefined }
    this.#unused.delete(key)
    this.#used.set(key, past)
    past.games++
    return past
  }

  /** When a game ends, or is of another event. */
  leave(past: Past): void {
    if (--past.games > 0) return
    this.#used.delete(past.key)
    this.#unused.set(past.key, past)
    for (const key of this.#unused.keys()) {
      if (this.#unused.size <= this.#most) return
      this.#unused.delete(key)
    }
  }

  /** Another run begins: none of its games is there. */
  clear(): void {
    this.#unused.clear()
  }
}
