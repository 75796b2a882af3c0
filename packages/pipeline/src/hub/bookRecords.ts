/** A folded book as records, for a reader that lacks it or a part of it. */
import {
  type Book,
  type BookGame,
  type BookLine,
  type Change,
  type Control,
  gameId,
  type GameVerified,
  lineExtras,
  type Stamp,
} from "@boltodds/protocol"
import type { GameToTell } from "@boltodds/state"
import type { NewestSeqs } from "./NewestSeqs.ts"

/** What all records of a snapshot have in common, and how new each is. */
export interface SnapshotStamp extends Pick<Stamp, "run" | "at" | "origin"> {
  /** Of what is said of the whole. */
  readonly seq: number
  readonly seqs: Pick<NewestSeqs, "of">
}

/**
 * Makes the records of a book. Each has the `seq` of the newest record about it: a reader that compares `seq` must take the
 * next record of a line for newer than the snapshot. All count `part`.
 */
export class BookRecords {
  readonly records: Array<Change | Control> = []
  readonly #stamp: SnapshotStamp
  readonly #epochs: ReadonlyMap<string, number>
  #part: number

  /** `part`: that of the first record. `epochs`: the sessions of the book, with their epochs. */
  constructor(stamp: SnapshotStamp, part: number, epochs: ReadonlyMap<string, number>) {
    this.#stamp = stamp
    this.#part = part
    this.#epochs = epochs
  }

  /** Adds a control of the stream again. */
  repeat(control: Control): void {
    const { last: _, delayed: _d, ...rest } = control
    const { run, seq } = this.#stamp
    // The kind stays the same, which the spread of a union loses.
    this.records.push(
      { ...rest, ...this.#place(control.session, control.run === run ? control.seq : seq) } as Control,
    )
  }

  /** Adds all games with their lines: `unverified` where they are. */
  games({ games }: Book): void {
    for (const game of games.values()) this.game(game)
  }

  /** Adds a game with its lines. */
  game(game: BookGame): void {
    // An opening verifies a game that is whole. A partial one was verified by a control.
    const isVerifiedAlone = game.verified && game.partial
    this.records.push({
      change: "game_opened",
      ...this.#placeOf(game, this.#stamp.seqs.of(game.session, game.sportsbook, game.game)),
      ...game.verified ? {} : { unverified: true as const },
      partial: game.partial,
    })
    for (const line of game.lines.values()) this.#line(game, line)
    if (isVerifiedAlone) this.verified(game)
  }

  /** Adds that all lines of a game are verified. */
  verified({ session, sport, sportsbook, game, lines }: BookGame): void {
    const { seqs } = this.#stamp
    // It speaks of all lines, and is as new as the newest of them.
    const seq = Math.max(
      seqs.of(session, sportsbook, game),
      ...Array.from(lines.keys(), (outcome) => seqs.of(session, sportsbook, game, outcome)),
    )
    const control: GameVerified = {
      control: "game_verified",
      ...this.#place(session, seq),
      sport,
      sportsbook,
      game,
      lines: lines.size,
      changed: 0,
    }
    this.records.push(control)
  }

  /** Adds that a game is gone. */
  closed(game: GameToTell, session: string): void {
    this.records.push({
      change: "game_closed",
      ...this.#placeOf({ ...game, session }, this.#stamp.seq),
      partial: false,
    })
  }

  /** Ends the group. */
  end(): ReadonlyArray<Change | Control> {
    const final = this.records.length - 1
    if (final >= 0) this.records[final] = { ...this.records[final]!, last: true }
    return this.records
  }

  #line(game: BookGame, line: BookLine): void {
    this.records.push({
      change: "line_opened",
      ...this.#placeOf(game, this.#stamp.seqs.of(game.session, game.sportsbook, game.game, line.outcome)),
      ...line.verified ? {} : { unverified: true as const },
      outcome: line.outcome,
      market: line.market,
      target: line.target,
      target_kind: line.target_kind,
      side: line.side,
      line: line.line,
      line_derived: line.line_derived,
      odds: line.odds,
      link: line.link,
      previous_odds: null,
      previous_line: null,
      ...lineExtras(line),
    })
  }

  #place(session: string, seq: number) {
    const { run, at, origin } = this.#stamp
    return {
      run,
      seq,
      part: this.#part++,
      ...origin === undefined ? {} : { origin },
      session,
      epoch: this.#epochs.get(session) ?? 0,
      at,
      sent_at: null,
      frame: null,
    }
  }

  #placeOf(game: GameToTell & { readonly session: string }, seq: number) {
    const { sport, sportsbook, universal_game_id, book_game_id, home_team, away_team, starts_at } = game
    return {
      ...this.#place(game.session, seq),
      cause: "snapshot" as const,
      sport,
      sportsbook,
      game: game.game,
      universal_game_id,
      book_game_id,
      home_team,
      away_team,
      starts_at,
    }
  }
}

/** The game of the book that this names. */
export const findGame = ({ games }: Book, { sportsbook, game }: GameToTell): BookGame | undefined =>
  games.get(gameId(sportsbook, game))
