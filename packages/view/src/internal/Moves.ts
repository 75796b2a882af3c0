/** Prices that moved: the marks of cells, and the list. */
import { eventKey, type Sportsbooks } from "@boltodds/market"
import { americanToImplied } from "@boltodds/odds"
import { type Book, gameId, isLive, type LineChange, parseTimestamp } from "@boltodds/protocol"
import type { MovedSide, MoveMark, MoveRow } from "../Board.ts"
import { lineText } from "../formats.ts"
import { marketLabel } from "../markets.ts"
import { namesOf } from "./sideNames.ts"
import type { LineIndex } from "./LineIndex.ts"

/** A move is new for 5 seconds and marked for 60. */
const newMillis = 5_000
const markedMillis = 60_000

/** Moves of one pair within this time are one row. */
const joinMillis = 2_000

const mostRows = 200

/** Marks that are kept at once; the oldest go first. */
const mostMarks = 20_000

interface Mark {
  readonly at: number
  readonly direction: MoveMark["direction"]
  readonly from: number
}

interface Side {
  readonly key: string
  readonly name: string
  readonly line: string
  readonly from: number
  to: number
  readonly sportsbooks: Set<string>
  readonly places: Array<{ readonly game: string; readonly outcome: string }>
}

interface Row {
  readonly key: string
  readonly pair: string
  readonly at: number
  readonly event: string
  readonly sport: string
  readonly market: string
  readonly home: string | null
  readonly away: string | null
  readonly startsAt: number | null
  readonly families: Set<string>
  readonly sportsbooks: Set<string>
  readonly sides: Map<string, Side>
}

/** Keeps the moves of a run. */
export class Moves {
  readonly #index: LineIndex
  readonly #sportsbooks: Sportsbooks
  readonly #marks = new Map<string, Mark>()
  readonly #lasts = new Map<string, number>()
  #rows: Array<Row> = []
  #count = 0

  constructor(index: LineIndex, sportsbooks: Sportsbooks) {
    this.#index = index
    this.#sportsbooks = sportsbooks
  }

  clear(): void {
    this.#marks.clear()
    this.#lasts.clear()
    this.#rows = []
  }

  /** The line is said anew: what it did before is past. */
  forget(game: string, outcome: string): void {
    this.#marks.delete(markKey(game, outcome))
  }

  /** A price moved. Of sportsbooks at which nobody bets, and of games of which not all is known, it is nothing. */
  add(book: Book, change: LineChange, now: number): void {
    const { sportsbook, outcome } = change
    const id = gameId(sportsbook, change.game)
    const game = book.games.get(id)
    const { kind, family } = this.#sportsbooks.of(sportsbook)
    if (kind === "synthetic" || game === undefined || game.partial) return
    const [from, to] = [change.previous_odds!, change.odds!]
    const direction = directionOf(from, to)
    const mark = markKey(id, outcome)
    this.#marks.delete(mark)
    this.#marks.set(mark, { at: now, direction, from })
    this.#sweep(now)
    const side = this.#index.sideOf(id, outcome)
    if (side !== undefined) {
      // Those that moved last are at the end.
      this.#lasts.delete(side.key)
      this.#lasts.set(side.key, now)
      if (this.#lasts.size > mostMarks) this.#lasts.delete(this.#lasts.keys().next().value!)
    }
    const event = eventKey(game)
    const pair = side === undefined ? `${event} ${outcome}` : `${side.rung.market.key}|${side.rung.line ?? ""}`
    const moved: Side = {
      key: side?.key ?? outcome,
      ...side === undefined
        ? rawNames(change)
        : namesOf(side.selection, { home: game.home_team, away: game.away_team }),
      from,
      to,
      sportsbooks: new Set([sportsbook]),
      places: [{ game: id, outcome }],
    }
    const row = this.#joined(pair, family, sportsbook, moved, now)
    if (row === undefined) {
      this.#rows.unshift({
        key: String(++this.#count),
        pair,
        at: now,
        event,
        sport: game.sport,
        market: side === undefined ? change.market ?? "" : marketLabel(side.selection),
        home: game.home_team,
        away: game.away_team,
        startsAt: game.starts_at === null ? null : parseTimestamp(game.starts_at),
        families: new Set([family]),
        sportsbooks: new Set([sportsbook]),
        sides: new Map([[moved.key, moved]]),
      })
      this.#rows.length = Math.min(this.#rows.length, mostRows)
    }
  }

  markOf(game: string, outcome: string, now: number): MoveMark | null {
    const mark = this.#marks.get(markKey(game, outcome))
    if (mark === undefined || now - mark.at >= markedMillis) return null
    return { direction: mark.direction, isNew: now - mark.at < newMillis, from: mark.from }
  }

  /** When a selection last moved. */
  lastAt(key: string): number | undefined {
    return this.#lasts.get(key)
  }

  rows(book: Book, now: number): ReadonlyArray<MoveRow> {
    return this.#rows.map(({ pair: _, families: _families, sportsbooks, sides, ...row }) => ({
      ...row,
      sportsbooks: [...sportsbooks].toSorted(),
      sides: [...sides.values()].map(({ name, line, from, to, places }): MovedSide => ({
        name,
        line,
        from,
        to,
        direction: directionOf(from, to),
        isCurrent: places.every(({ game: id, outcome }) => {
          const game = book.games.get(id)
          const each = game?.lines.get(outcome)
          return game !== undefined && each !== undefined && each.odds === to && isLive(book, game, each)
        }),
      })),
      isNew: now - row.at < newMillis,
    }))
  }

  /** The row that a move belongs to: of the same pair, a short while ago, at this sportsbook or one of its family. */
  #joined(pair: string, family: string, sportsbook: string, moved: Side, now: number): Row | undefined {
    for (const row of this.#rows) {
      if (now - row.at >= joinMillis) return undefined
      if (row.pair !== pair || !row.families.has(family)) continue
      const side = row.sides.get(moved.key)
      if (side === undefined) {
        row.sides.set(moved.key, moved)
        row.sportsbooks.add(sportsbook)
        return row
      }
      // The same move at another sportsbook of the family, or the next one at the same.
      if (side.from === moved.from && side.to === moved.to && !side.sportsbooks.has(sportsbook)) {
        side.sportsbooks.add(sportsbook)
        row.sportsbooks.add(sportsbook)
        side.places.push(...moved.places)
        return row
      }
      if (side.sportsbooks.size > 1 || !side.sportsbooks.has(sportsbook)) continue
      side.to = moved.to
      return row
    }
    return undefined
  }

  #sweep(now: number): void {
    for (const [key, { at }] of this.#marks) {
      if (now - at < markedMillis && this.#marks.size <= mostMarks) break
      this.#marks.delete(key)
    }
  }
}

/** Of a bet that the board does not show: as the feed names it. */
const rawNames = ({ outcome, target, side, line }: LineChange): Pick<Side, "name" | "line"> => {
  if (target === null || line === null) return { name: outcome, line: "" }
  return { name: target, line: side === "over" || side === "under" ? `${side[0]}${line}` : lineText(line, true) }
}

const markKey = (game: string, outcome: string): string => `${game}\u0000${outcome}`

/** By what it pays: the numbers of American odds jump at 100. */
const directionOf = (from: number, to: number): MoveMark["direction"] =>
  americanToImplied(to)! < americanToImplied(from)! ? "longer" : "shorter"
