/** The view: records in, rows out. */
import { type Aliases, makeSportsbooks, type Sportsbooks, type SportsbooksFile } from "@boltodds/market"
import { americanToImplied, centsBetween } from "@boltodds/odds"
import {
  type Book,
  BookFold,
  type Control,
  gameId,
  isControl,
  isLineChange,
  type LineChange,
  type StreamRecord,
} from "@boltodds/protocol"
import type { Best, Fair, Opportunity } from "@boltodds/signals"
import type { BoardGroup, BoardQuery, MoveRow } from "./Board.ts"
import type { Banner, FeedRows, Head, SportsbookState } from "./Feed.ts"
import { BoardRows } from "./internal/BoardRows.ts"
import type { EventCell } from "./internal/cells.ts"
import { FeedFacts } from "./internal/FeedFacts.ts"
import { LineIndex, type Touches } from "./internal/LineIndex.ts"
import { Moves } from "./internal/Moves.ts"
import { pipelineRows } from "./internal/pipelineRows.ts"
import { SignalRows } from "./internal/SignalRows.ts"
import { type MarketChoice, marketLabel, marketOrder } from "./markets.ts"
import type { PipelineRow } from "./Pipeline.ts"
import type { BestRow, OpportunityRow } from "./Signals.ts"
import type { PricePoint } from "./sparkline.ts"
import type { ShownStatus } from "./Status.ts"

/** What is known beside the records. */
export interface ViewOptions {
  /** A user's sportsbooks, see `parseSportsbooks` of `@boltodds/market`. */
  readonly sportsbooks?: SportsbooksFile
  /** What names of markets mean, see `parseAliases` of `@boltodds/market`. */
  readonly aliases?: Aliases
}

/** How many points of a price are kept. */
const mostPoints = 60

/** Histories are kept for so many bets that were on a screen. */
const mostHistories = 2000

/**
 * What a screen shows. It takes the records of the emits `changes`, `best`, `fair` and `opportunities`, and status records,
 * each in the order of their emit; it answers with rows. It decides once, for every screen, what is marked: a price is
 * live only if `isLive` of `@boltodds/protocol` says so, and only a price that is live, of a complete game and not
 * synthetic can be the best or have moved.
 *
 * All times that it is given (`now`) are of one clock of the caller, in milliseconds since the epoch, which never goes
 * back. Texts in rows are as the feed sends them: a screen must make them harmless.
 *
 * @example
 * ```ts
 * import { defaultMarket, View } from "@boltodds/view"
 * import type { StreamRecord } from "@boltodds/protocol"
 *
 * const view = new View()
 * const onLine = (line: string) => {
 *   view.takeChanges([JSON.parse(line) as StreamRecord], Date.now())
 *   return view.board({ market: defaultMarket }, Date.now()).map(({ rows }) => rows.map(({ best }) => best?.odds))
 * }
 * ```
 */
export class View {
  readonly #fold = new BookFold()
  readonly #sportsbooks: Sportsbooks
  readonly #index: LineIndex
  readonly #rows: BoardRows
  readonly #moves: Moves
  readonly #feed = new FeedFacts()
  readonly #signals = new SignalRows()
  readonly #history = new Map<string, Array<PricePoint>>()
  #lanes: ReadonlyArray<PipelineRow> = []
  #book: Book
  #run: string | undefined

  constructor({ sportsbooks, aliases }: ViewOptions = {}) {
    this.#sportsbooks = makeSportsbooks(sportsbooks)
    this.#index = new LineIndex(this.#sportsbooks, aliases)
    this.#moves = new Moves(this.#index, this.#sportsbooks)
    this.#rows = new BoardRows(this.#index, this.#sportsbooks, this.#moves, this.#signals)
    this.#book = this.#fold.book
  }

  // In

  /** Takes records of the emit `changes`. Give whole groups: what is drawn within one is half of what happened at once. */
  takeChanges(records: ReadonlyArray<StreamRecord>, now: number): void {
    const touches: Touches = new Map()
    const moved: Array<LineChange> = []
    let from = 0
    records.forEach((record, at) => {
      if (!isControl(record)) return
      if (record.control !== "stream_started" && record.control !== "stream_resumed") return
      this.#apply(records.slice(from, at), touches, moved, now)
      from = at
      this.#begin(record)
    })
    this.#apply(records.slice(from), touches, moved, now)
  }

  /** Takes records of the emit `best`, with its controls. */
  takeBest(records: ReadonlyArray<Best | Control>, now: number): void {
    this.#signals.best(records, now)
  }

  /** Takes records of the emit `fair`, with its controls. */
  takeFair(records: ReadonlyArray<Fair | Control>): void {
    this.#signals.fair(records)
  }

  /** Takes records of the emit `opportunities`, with its controls. */
  takeOpportunities(records: ReadonlyArray<Opportunity | Control>, now: number): void {
    this.#signals.opportunities(records, now)
  }

  /** Takes status records. Without them, what they say is derived from the changes as far as it can be. */
  takeStatus(records: ReadonlyArray<ShownStatus>): void {
    for (const record of records) {
      if (record.status === "books" || record.status === "source") this.#feed.status(record)
      else if (record.status === "lanes") this.#lanes = pipelineRows(record)
    }
  }

  // Out

  /** The book that the changes add up to. */
  get book(): Book {
    return this.#book
  }

  /** Whether nothing was received yet. */
  get isEmpty(): boolean {
    return this.#book.run === undefined
  }

  /** The names of all sportsbooks that had games in this run: first those that take bets, each kind in order of names. */
  get sportsbooks(): ReadonlyArray<string> {
    const names = this.#feed.names
    const isReal = (name: string): boolean => this.#sportsbooks.of(name).kind !== "synthetic"
    return [...names.filter(isReal), ...names.filter((name) => !isReal(name))]
  }

  /** Whether nobody takes bets at its prices. */
  isSynthetic(sportsbook: string): boolean {
    return this.#sportsbooks.of(sportsbook).kind === "synthetic"
  }

  /** Sportsbooks that share their prices, as far as that is sure: names of one family, of those that are there. */
  get clones(): ReadonlyArray<ReadonlyArray<string>> {
    const families = new Map<string, Array<string>>()
    for (const name of this.#feed.names) {
      const { family } = this.#sportsbooks.of(name)
      families.set(family, [...families.get(family) ?? [], name])
    }
    return [...families.values()].filter((names) => names.length > 1)
  }

  /** The markets that the board can show, those of whole games first. */
  get markets(): ReadonlyArray<MarketChoice> {
    return [...this.#index.markets].flatMap(([id, events]) => {
      const [event] = events.keys()
      const cell = [...event?.markets.values() ?? []].find((each) => each.id === id)
      if (cell === undefined || cell.selection.scope !== "game") return []
      return [{ id, label: marketLabel(cell.selection), events: events.size }]
    }).toSorted((a, b) => marketOrder(a.id) < marketOrder(b.id) ? -1 : 1)
  }

  /** The figures of the head line. */
  head(now: number): Head {
    return this.#feed.head(this.#book, now)
  }

  /** What stands while a session or a sportsbook is unverified; null while none is. */
  get banner(): Banner | null {
    return this.#feed.banner(this.#book)
  }

  /** How a sportsbook is doing, for the head of its column. */
  column(sportsbook: string, now: number): { readonly ageMs: number | null; readonly state: SportsbookState } {
    return this.#feed.column(this.#book, sportsbook, now)
  }

  /** The events of the board, in order, without their rows: for a screen that shows a part of them. */
  boardKeys(query: BoardQuery, now: number): ReadonlyArray<string> {
    return this.#eventsOf(query, now).map(({ key }) => key)
  }

  /** The rows of one event in a market of the board, or in all its markets and lines. Empty where it is not there. */
  event(key: string, market: string | null, now: number): ReadonlyArray<BoardGroup> {
    const event = this.#index.events.get(key)
    if (event === undefined) return []
    return market === null
      ? this.#rows.whole(this.#book, event, now)
      : this.#rows.groups(this.#book, event, market, now)
  }

  /** The board: the rows of all events that have the market, in order. */
  board(query: BoardQuery, now: number): ReadonlyArray<BoardGroup> {
    return this.#eventsOf(query, now).flatMap((event) => this.#rows.groups(this.#book, event, query.market, now))
  }

  /** The last moves, the newest first; at most 200. */
  moves(now: number, filter: string = ""): ReadonlyArray<MoveRow> {
    const words = wordsOf(filter)
    return this.#moves.rows(this.#book, now).filter(({ sport, home, away, sportsbooks }) =>
      hasWords(words, [sport, home, away, ...sportsbooks])
    )
  }

  /** The best prices of all lines, those with the least hold first. */
  best(now: number, filter: string = ""): ReadonlyArray<BestRow> {
    const words = wordsOf(filter)
    return this.#signals.bestRows(now).filter(({ sport, home, away, market }) =>
      hasWords(words, [sport, home, away, market])
    )
  }

  /** Open opportunities, those that pay most first, then those that were closed less than 10 seconds ago. */
  opportunities(now: number, filter: string = ""): ReadonlyArray<OpportunityRow> {
    const words = wordsOf(filter)
    return this.#signals.opportunityRows(now).filter(({ sport, home, away, market }) =>
      hasWords(words, [sport, home, away, market])
    )
  }

  /** Sportsbooks, sessions and gaps. */
  feed(now: number): FeedRows {
    return this.#feed.rows(this.#book, now)
  }

  /** Sinks and their lanes, from status records. */
  get pipeline(): ReadonlyArray<PipelineRow> {
    return this.#lanes
  }

  /**
   * Notes the best price of rows that are on a screen, and gives how each went since the first call, by key. A price that
   * is not live is a break.
   */
  history(groups: ReadonlyArray<BoardGroup>, now: number): ReadonlyMap<string, ReadonlyArray<PricePoint>> {
    const shown = new Map<string, ReadonlyArray<PricePoint>>()
    for (const { rows } of groups) {
      for (const { key, best } of rows) {
        const points = this.#history.get(key) ?? []
        const p = best?.probability ?? null
        if (points.length === 0 || points.at(-1)!.p !== p) {
          points.push({ at: now, p })
          if (points.length > mostPoints) points.shift()
        }
        // Those that were shown last are at the end.
        this.#history.delete(key)
        this.#history.set(key, points)
        shown.set(key, points)
      }
    }
    for (const key of this.#history.keys()) {
      if (this.#history.size <= mostHistories) break
      this.#history.delete(key)
    }
    return shown
  }

  // Within

  /** A run begins, or one goes on: what is known of the games before counts no more. */
  #begin(control: Control): void {
    const goesOnFrom = control.control === "stream_resumed" ? control.resumes : control.run
    this.#index.clear(this.#run !== goesOnFrom)
    this.#run = control.run
    this.#moves.clear()
  }

  #apply(records: ReadonlyArray<StreamRecord>, touches: Touches, moved: Array<LineChange>, now: number): void {
    if (records.length === 0) return
    touches.clear()
    moved.length = 0
    this.#fold.add(records)
    this.#book = this.#fold.book
    for (const record of records) {
      this.#feed.take(record, now)
      if (isControl(record)) {
        // The games that a run goes on with are in the book already.
        if (record.control === "stream_resumed") { for (const id of this.#book.games.keys()) touches.set(id, "all") }
        continue
      }
      const id = gameId(record.sportsbook, record.game)
      if (!isLineChange(record)) {
        if (record.change === "game_amended") touches.set(id, touches.get(id) ?? new Set())
        else touches.set(id, "all")
        continue
      }
      const known = touches.get(id)
      if (known === undefined) touches.set(id, new Set([record.outcome]))
      else if (known !== "all") known.add(record.outcome)
      this.#moves.forget(id, record.outcome)
      if (isMove(record)) moved.push(record)
    }
    this.#index.settle(this.#book, touches)
    for (const change of moved) this.#moves.add(this.#book, change, now)
  }

  #eventsOf({ market, filter = "", sort = "start" }: BoardQuery, now: number): ReadonlyArray<EventCell> {
    const events = [...this.#index.markets.get(market)?.keys() ?? []]
    const words = wordsOf(filter)
    const known = events.map((event) => ({ event, facts: this.#index.factsOf(this.#book, event) })).filter((
      { facts: { sport, home, away } },
    ) => hasWords(words, [sport, home, away]))
    const orders = new Map(
      known.map(({ event }) => [event, sort === "start" ? 0 : this.#rows.order(this.#book, event, market, sort, now)]),
    )
    return known.toSorted((a, b) =>
      orders.get(a.event)! - orders.get(b.event)! ||
      (a.facts.startsAt ?? never) - (b.facts.startsAt ?? never) || compare(a.facts.sport, b.facts.sport) ||
      compare(a.facts.home ?? "", b.facts.home ?? "") || compare(a.event.key, b.event.key)
    ).map(({ event }) => event)
  }
}

/** A price that was live changed to another, and a message said so now. */
const isMove = (change: LineChange): boolean => {
  const { cause, odds, previous_odds: before } = change
  if (change.change !== "line_moved" || cause !== "feed" || change.delayed === true) return false
  if (odds === null || before === null || change.line !== change.previous_line) return false
  const [now, then] = [americanToImplied(odds), americanToImplied(before)]
  return now !== undefined && then !== undefined && now !== then && centsBetween(before, odds) !== undefined
}

/** After every start. */
const never = 1e16

const wordsOf = (filter: string): ReadonlyArray<string> =>
  filter.toLowerCase().split(/\s+/).filter((word) => word !== "")

const hasWords = (words: ReadonlyArray<string>, texts: ReadonlyArray<string | null>): boolean => {
  if (words.length === 0) return true
  const text = texts.join(" ").toLowerCase()
  return words.every((word) => text.includes(word))
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
