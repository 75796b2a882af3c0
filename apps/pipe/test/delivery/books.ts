/** What readers of lines believe. */
import { type Book, changeKey, emptyBook, fold, gameId, isControl, isLineChange, isLive } from "@boltodds/protocol"
import type { Simulator } from "@boltodds/simulator"
import type { PipeProcess } from "@boltodds/testing/PipeProcess"
import type { Row } from "@boltodds/testing/HookReceiver"

/** The prices that a reader of this book shows as live, as the server writes its own book. */
export const shown = (book: Book): Record<string, string> => {
  const prices: Record<string, string> = {}
  for (const game of book.games.values()) {
    for (const line of game.lines.values()) {
      if (line.odds === null || !isLive(book, game, line)) continue
      prices[`${game.sportsbook}|${game.game}|${line.outcome}`] = line.odds > 0 ? `+${line.odds}` : String(line.odds)
    }
  }
  return prices
}

/** Without the last word of a run, that nothing is live any more. */
export const beforeStop = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.filter((row) => !(isControl(row) && row.control === "stream_stopped"))

/** The book that these lines add up to. */
export const bookOf = (rows: ReadonlyArray<Row>): Book => fold(emptyBook, beforeStop(rows))

/** Prices that a reader shows as live though they are not in the true book: `key: shown, true`. */
export const wrongIn = (reader: Book, truth: Book): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  for (const [id, game] of reader.games) {
    const really = truth.games.get(id)
    for (const [outcome, line] of game.lines) {
      if (line.odds === null || !isLive(reader, game, line)) continue
      const known = really?.lines.get(outcome)
      if (known?.odds === line.odds && known.line === line.line && isLive(truth, really!, known)) continue
      wrong.push(`${game.sportsbook}|${game.game}|${outcome}: ${line.odds}, ${known?.odds ?? "none"}`)
    }
  }
  return wrong
}

/** Folds what readers get, and the recording of the same run up to the highest number they got; compares the two. */
export class LawOfBelief {
  readonly #recording: ReadonlyArray<Row>
  #reader = emptyBook
  #truth = emptyBook
  #told = 0
  /** Up to which number records of a game are older than what was lost of it, until it begins anew. */
  readonly #lost = new Map<string, number>()
  /** Each time that a reader believed what was not so. */
  readonly broken: Array<string> = []

  /** A recording holds the rows from number 1 on, without a hole. */
  constructor(recording: ReadonlyArray<Row>) {
    this.#recording = recording
  }

  /** The reader gets these, and looks at its book. */
  gets(rows: ReadonlyArray<Row>, name: string): void {
    for (const row of rows) this.#notOlderThanALoss(row, name)
    this.#reader = fold(this.#reader, rows)
    // The report of a loss is ahead of what still waits, and says nothing of other games.
    const heard = rows.filter((row) => !(isControl(row) && row.control === "quarantined" && row.reason === "dropped"))
    const highest = Math.max(this.#told, ...heard.map(({ seq }) => seq))
    this.#truth = fold(this.#truth, this.#recording.slice(this.#told, highest))
    this.#told = highest
    const wrong = wrongIn(this.#reader, this.#truth)
    if (wrong.length > 0) this.broken.push(`after ${name}, at ${highest}: ${wrong.length} lines: ${wrong[0]}`)
  }

  /** What was made before a reported loss of its game, and comes after the report, must not be believed. */
  #notOlderThanALoss(row: Row, name: string): void {
    if (isControl(row)) {
      if (row.control === "stream_started") this.#lost.clear()
      if (row.control !== "quarantined" || row.reason !== "dropped" || row.touches !== "game") return
      this.#lost.set(gameId(row.sportsbook ?? "", row.game ?? ""), row.last_seq ?? 0)
      return
    }
    const id = gameId(row.sportsbook, row.game)
    if (row.origin !== undefined) {
      // The resnapshot.
      if (!isLineChange(row)) this.#lost.delete(id)
      return
    }
    if (["line_closed", "game_closed", "game_amended"].includes(row.change) || row.unverified === true) return
    if (row.seq <= (this.#lost.get(id) ?? 0)) {
      this.broken.push(`after ${name}: the record ${row.seq} is older than what was lost of its game`)
    }
  }

  /** The reader gets these, and looks at its book after the last of each group. */
  getsByGroup(rows: ReadonlyArray<Row>): void {
    for (let start = 0, index = 0; index < rows.length; index++) {
      if (rows[index]!.last !== true) continue
      this.gets(rows.slice(start, index + 1), `row ${index}`)
      start = index + 1
    }
  }
}

/** What a record is about, so that records of one line can be put in order. Undefined for controls. */
export const lineOf = (row: Row): string | undefined =>
  isControl(row) || !isLineChange(row) ? undefined : changeKey(row)

/** Stops the world, and waits until stdout has the last frame of the server. */
export const settle = async (server: Simulator, pipe: PipeProcess): Promise<void> => {
  server.pause()
  await server.drained()
  const end = pipe.next("{ the end")
  server.pushFrame("{ the end")
  await end
}
