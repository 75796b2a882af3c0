/** How new what is known of each line is: the `seq` of the newest record about it. */
import { type Change, type Control, gameId, isControl, isLineChange } from "@boltodds/protocol"

interface GameSeqs {
  /** Of its opening or its newest amendment. */
  facts: number
  /** When all its lines were verified last. */
  verified: number
  readonly lines: Map<string, number>
}

/**
 * The `seq` of the newest record about each game and line of a book, within the run. Records of a stream that merges come out
 * of the order of `seq`: the highest `seq` that has come says nothing of a line whose next record is still on its way.
 */
export class NewestSeqs {
  /** Of what is known from before: the beginning of the run. */
  #beginning = 0
  readonly #games = new Map<string, GameSeqs>()
  /** When a session, or a sportsbook of one, was last said to be fresh. */
  readonly #fresh = new Map<string, number>()

  /** A run begins, or goes on from another, whose `seq` means nothing here. */
  begin(seq: number): void {
    this.#beginning = seq
    this.#games.clear()
    this.#fresh.clear()
  }

  /** Takes the next record of the run. */
  take(record: Change | Control): void {
    if (isControl(record)) this.#control(record)
    else this.#change(record)
  }

  /** Of a game, and of one of its lines. */
  of(session: string, sportsbook: string, game: string, outcome?: string): number {
    const known = this.#games.get(gameId(sportsbook, game))
    const own = outcome === undefined ? known?.facts : known?.lines.get(outcome)
    return Math.max(
      own ?? this.#beginning,
      known?.verified ?? 0,
      this.#fresh.get(session) ?? 0,
      this.#fresh.get(gameId(session, sportsbook)) ?? 0,
    )
  }

  #change(change: Change): void {
    const { seq } = change
    const id = gameId(change.sportsbook, change.game)
    if (isLineChange(change)) {
      const { lines } = this.#touch(id)
      if (change.change === "line_closed") lines.delete(change.outcome)
      else lines.set(change.outcome, seq)
    } else if (change.change === "game_opened") {
      this.#games.set(id, { facts: seq, verified: 0, lines: new Map() })
    } else if (change.change === "game_closed") this.#games.delete(id)
    else this.#touch(id).facts = seq
  }

  #control(control: Control): void {
    if (control.control === "game_verified") {
      this.#touch(gameId(control.sportsbook, control.game)).verified = control.seq
    } else if (control.control === "fresh") {
      const { session, sportsbook, seq } = control
      this.#fresh.set(sportsbook === null ? session : gameId(session, sportsbook), seq)
    }
  }

  #touch(id: string): GameSeqs {
    const known = this.#games.get(id)
    if (known !== undefined) return known
    const made = { facts: this.#beginning, verified: 0, lines: new Map<string, number>() }
    this.#games.set(id, made)
    return made
  }
}
