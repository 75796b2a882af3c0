/** A reader at the end of a lane, and what it may believe. */
import {
  type Book,
  type Change,
  type Control,
  emptyBook,
  fold,
  gameId,
  isLive,
  type Quarantined,
} from "@boltodds/protocol"

type Record = Change | Control

/** All records of a run, and what was so at each `seq`. */
export class History {
  readonly #books: Array<Book> = [emptyBook]

  /** Takes the next records of the run: their `seq` rises by one. */
  take(records: ReadonlyArray<Record>): void {
    for (const record of records) {
      if (record.seq !== this.#books.length) throw new Error(`seq ${record.seq} follows ${this.#books.length - 1}`)
      this.#books.push(fold(this.#books[this.#books.length - 1]!, [record]))
    }
  }

  at(seq: number): Book {
    return this.#books[seq]!
  }

  get final(): Book {
    return this.#books[this.#books.length - 1]!
  }
}

/** Folds what arrives, and knows the highest `seq` of its run that it has received about each line, game, book and session. */
export class LaneReader {
  book: Book = emptyBook
  /** Games of which records were lost, and which were not sent again since. */
  readonly lost = new Set<string>()
  #heard = new Map<string, number>()
  #run = ""

  take(record: Record): void {
    this.book = fold(this.book, [record])
    this.#noteLoss(record)
    // A lane reports its losses before what is left of an earlier run.
    if (isLoss(record)) {
      // Whatever arrives from here on and is older than what was lost is history.
      if (isLostGame(record) && record.run === this.#run) this.#hear(gameOf(record), record.last_seq ?? 0)
      return
    }
    // Numbers of another run mean nothing here.
    if (record.run !== this.#run) this.#heard.clear()
    this.#run = record.run
    for (const about of aboutOf(record)) this.#hear(about, record.seq)
  }

  #hear(about: string, seq: number): void {
    this.#heard.set(about, Math.max(seq, this.#heard.get(about) ?? 0))
  }

  #noteLoss(record: Record): void {
    if (isLostGame(record)) this.lost.add(gameOf(record))
    else if ("control" in record && record.control === "stream_started") this.lost.clear()
    else if ("change" in record && record.origin !== undefined && !("outcome" in record)) {
      this.lost.delete(gameId(record.sportsbook, record.game))
    }
  }

  /** What it believes live that was not live at the last record about it: sentences. */
  falseBeliefs(histories: ReadonlyMap<string, History>): ReadonlyArray<string> {
    const wrong: Array<string> = []
    for (const game of this.book.games.values()) {
      const id = gameId(game.sportsbook, game.game)
      for (const line of game.lines.values()) {
        if (!isLive(this.book, game, line)) continue
        const names = [
          "all",
          `session ${game.session}`,
          `book ${game.session} ${game.sportsbook}`,
          id,
          `${id} ${line.outcome}`,
        ]
        const seq = Math.max(...names.map((name) => this.#heard.get(name) ?? 0))
        const truth = histories.get(this.#run)!.at(seq)
        const trueGame = truth.games.get(id)
        const trueLine = trueGame?.lines.get(line.outcome)
        const live = trueGame !== undefined && trueLine !== undefined && isLive(truth, trueGame, trueLine)
        if (!live || trueLine.odds !== line.odds || trueLine.line !== line.line) {
          const was = trueLine === undefined
            ? "nothing"
            : `${trueLine.odds} at ${trueLine.line}${live ? "" : ", unverified"}`
          wrong.push(
            `${id} ${line.outcome}: ${line.odds} at ${line.line} is believed live; at seq ${seq} it was ${was}`,
          )
        }
      }
    }
    return wrong
  }
}

/** Whether a lane says that it lost something. */
const isLoss = (record: Record): boolean =>
  "control" in record &&
  (record.control === "dropped" || (record.control === "quarantined" && record.reason === "dropped"))

/** Whether a lane says that it lost records of one game. */
export const isLostGame = (record: Record): record is Quarantined =>
  "control" in record && record.control === "quarantined" && record.reason === "dropped" && record.touches === "game"

const gameOf = ({ sportsbook, game }: Quarantined): string => gameId(sportsbook ?? "", game ?? "")

const aboutOf = (record: Record): ReadonlyArray<string> => {
  if ("change" in record) {
    const id = gameId(record.sportsbook, record.game)
    return ["outcome" in record ? `${id} ${record.outcome}` : id]
  }
  switch (record.control) {
    case "stream_started":
    case "stream_stopped":
      return ["all"]
    case "gap_opened":
    case "gap_closed":
    case "synced":
    case "clock_jumped":
      return [`session ${record.session}`]
    case "stale":
    case "fresh":
      return [record.sportsbook === null ? `session ${record.session}` : `book ${record.session} ${record.sportsbook}`]
    case "game_verified":
      return [gameId(record.sportsbook, record.game)]
    case "quarantined":
      if (record.touches === "session") return [`session ${record.session}`]
      if (record.touches === "sportsbook") return [`book ${record.session} ${record.sportsbook}`]
      return record.touches === "game"
        ? [`game ${record.session} ${gameId(record.sportsbook ?? "", record.game ?? "")}`]
        : []
    default:
      return []
  }
}
