/** The fold of records: the book that they add up to. */
import { type Book, type BookGame, type BookLine, emptyBook, gameId } from "./Book.ts"
import { type Change, type GameChange, isLineChange, type LineChange, lineExtras } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"

/**
 * The book after these records, in the order of their `seq`. The given book is not changed.
 *
 * The law: the fold of all records of a run is the reducer's own book, and the fold of a snapshot is too. Records of
 * unknown kinds are passed over. A line change of a game that is not known opens it as partial.
 *
 * @example
 * ```ts
 * import { emptyBook, fold, gameId, type Change } from "@boltodds/protocol"
 *
 * const odds = (lines: ReadonlyArray<string>, sportsbook: string, game: string, outcome: string) => {
 *   const book = fold(emptyBook, lines.map((line) => JSON.parse(line) as Change))
 *   return book.games.get(gameId(sportsbook, game))?.lines.get(outcome)?.odds
 * }
 * ```
 */
export const fold = (book: Book, records: Iterable<Change | Control>): Book => {
  const folding = new BookFold(book)
  folding.add(records)
  return folding.book
}

type DraftGame = { -readonly [K in keyof BookGame]: BookGame[K] } & { lines: Map<string, BookLine> }

/**
 * Folds records in place: for a reader that follows a stream. {@link fold} copies the table of games at each call, and
 * this does not. Each game is copied once, when it is first touched.
 *
 * @example
 * ```ts
 * import { BookFold, type Change } from "@boltodds/protocol"
 *
 * const folding = new BookFold()
 * const onLine = (line: string): number => {
 *   folding.add([JSON.parse(line) as Change])
 *   return folding.book.games.size
 * }
 * ```
 */
export class BookFold {
  #games: Map<string, BookGame>
  #own = new Set<string>()
  #staleSessions: Set<string>
  #staleBooks: Set<string>
  #lossy: boolean
  #run: string | undefined

  /** `book`: what is known already. It is not changed. */
  constructor(book: Book = emptyBook) {
    this.#games = new Map(book.games)
    this.#staleSessions = new Set(book.staleSessions)
    this.#staleBooks = new Set(book.staleBooks)
    this.#lossy = book.lossy
    this.#run = book.run
  }

  /** Takes the next records. */
  add(records: Iterable<Change | Control>): void {
    for (const record of records) {
      if (isControl(record)) this.#control(record)
      else if (isLineChange(record)) this.#line(record)
      else this.#game(record)
      // The first record names the run; where another begins, its `stream_started` or `stream_resumed` does.
      this.#run ??= record.run
    }
  }

  /** The book as it is now. It changes with the next {@link BookFold.add}. */
  get book(): Book {
    return {
      games: this.#games,
      staleSessions: this.#staleSessions,
      staleBooks: this.#staleBooks,
      lossy: this.#lossy,
      ...this.#run === undefined ? {} : { run: this.#run },
    }
  }

  #touch(id: string): DraftGame | undefined {
    const game = this.#games.get(id)
    if (game === undefined || this.#own.has(id)) return game as DraftGame | undefined
    const copy: DraftGame = { ...game, lines: new Map(game.lines) }
    this.#games.set(id, copy)
    this.#own.add(id)
    return copy
  }

  #open(id: string, change: Change, partial: boolean): DraftGame {
    const game: DraftGame = {
      ...gameFields(change),
      partial,
      verified: !partial && change.unverified !== true,
      lines: new Map(),
    }
    this.#games.set(id, game)
    this.#own.add(id)
    return game
  }

  #game(change: GameChange): void {
    const id = gameId(change.sportsbook, change.game)
    switch (change.change) {
      case "game_opened":
        this.#open(id, change, change.partial)
        return
      case "game_amended": {
        const game = this.#touch(id)
        // Unknown here: its opening and its lines were sent before this reader began.
        if (game === undefined) this.#open(id, change, change.partial).verified = false
        else Object.assign(game, gameFields(change), { partial: change.partial })
        return
      }
      case "game_closed":
        this.#games.delete(id)
        return
    }
  }

  #line(change: LineChange): void {
    const id = gameId(change.sportsbook, change.game)
    switch (change.change) {
      case "line_closed":
        this.#touch(id)?.lines.delete(change.outcome)
        return
      case "line_opened":
      case "line_moved":
      case "line_suspended":
      case "line_resumed":
      case "line_amended": {
        const game = this.#touch(id) ?? this.#open(id, change, true)
        game.lines.set(change.outcome, bookLine(change, change.unverified !== true))
        return
      }
    }
  }

  #control(control: Control): void {
    switch (control.control) {
      case "stream_started":
        this.#games = new Map()
        this.#own.clear()
        this.#staleSessions.clear()
        this.#staleBooks.clear()
        this.#lossy = false
        this.#run = control.run
        return
      case "stream_resumed":
        // Of a run that was not read nothing is known: what differs from it does not make a book.
        if (this.#run !== control.resumes) {
          this.#games = new Map()
          this.#own.clear()
          this.#staleBooks.clear()
          this.#lossy = true
        }
        this.#staleSessions.clear()
        this.#doubt((_) => true)
        this.#run = control.run
        return
      case "dropped":
        this.#lossy = true
        return
      case "stream_stopped":
        this.#doubt((_) => true)
        return
      case "gap_opened":
        this.#staleSessions.delete(control.session)
        this.#doubt((game) => game.session === control.session)
        return
      case "clock_jumped":
        this.#doubt((game) => game.session === control.session)
        return
      case "game_verified":
        this.#verify(gameId(control.sportsbook, control.game))
        return
      case "quarantined":
        this.#quarantined(control.touches, control)
        return
      case "stale":
        if (control.sportsbook === null) this.#staleSessions.add(control.session)
        else this.#staleBooks.add(gameId(control.session, control.sportsbook))
        return
      case "fresh":
        if (control.sportsbook === null) this.#staleSessions.delete(control.session)
        else this.#staleBooks.delete(gameId(control.session, control.sportsbook))
        return
    }
  }

  #quarantined(touches: string, scope: { session: string; sportsbook: string | null; game: string | null }): void {
    if (touches === "session") this.#doubt((game) => game.session === scope.session)
    else if (touches === "sportsbook") {
      this.#doubt((game) => game.session === scope.session && game.sportsbook === scope.sportsbook)
    } else if (touches === "game") {
      const id = gameId(scope.sportsbook ?? "", scope.game ?? "")
      // What another session could not read says nothing of the games of this one.
      if (this.#games.get(id)?.session === scope.session) this.#invalidateGame(id)
    }
  }

  #verify(id: string): void {
    const game = this.#touch(id)
    if (game === undefined) return
    game.verified = true
    for (const [key, line] of game.lines) if (!line.verified) game.lines.set(key, { ...line, verified: true })
  }

  #doubt(within: (game: BookGame) => boolean): void {
    for (const [id, game] of this.#games) if (within(game)) this.#invalidateGame(id)
  }

  #invalidateGame(id: string): void {
    const game = this.#touch(id)
    if (game === undefined) return
    game.verified = false
    for (const [key, line] of game.lines) if (line.verified) game.lines.set(key, { ...line, verified: false })
  }
}

const gameFields = (change: Change): Omit<BookGame, "partial" | "verified" | "lines"> => ({
  session: change.session,
  sport: change.sport,
  sportsbook: change.sportsbook,
  game: change.game,
  universal_game_id: change.universal_game_id,
  book_game_id: change.book_game_id,
  home_team: change.home_team,
  away_team: change.away_team,
  starts_at: change.starts_at,
})

const bookLine = (change: LineChange, verified: boolean): BookLine => ({
  outcome: change.outcome,
  market: change.market,
  target: change.target,
  target_kind: change.target_kind,
  side: change.side,
  line: change.line,
  line_derived: change.line_derived,
  odds: change.odds,
  link: change.link,
  verified,
  ...lineExtras(change),
})
