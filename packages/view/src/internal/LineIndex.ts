/** Where each line of the book belongs: by event, market, line, side and sportsbook. */
import {
  type Aliases,
  eventKey,
  eventStart,
  isDraw,
  makeSelectionReader,
  marketKey,
  pairLine,
  type Selection,
  selectionKey,
  type SelectionReader,
  selfFlippedEvents,
  type Sportsbooks,
} from "@boltodds/market"
import { type Book, type BookGame, type BookLine, parseTimestamp } from "@boltodds/protocol"
import { isShownKind, marketId } from "../markets.ts"
import type { EventCell, EventFacts, GameCell, MarketCell, Place, RungCell, SideCell } from "./cells.ts"

/** A game, of which these outcomes have changed; `all`: the game was opened anew. */
export type Touches = Map<string, Set<string> | "all">

const mostDraws = 20_000

/**
 * Keeps up with a book: after each group of records it looks at the games and lines that they are about, and at nothing
 * else.
 */
export class LineIndex {
  readonly events = new Map<string, EventCell>()
  readonly #games = new Map<string, GameCell>()
  readonly #reader: SelectionReader
  readonly #sportsbooks: Sportsbooks
  /** Markets in which a draw was seen, by sportsbook and event: they stay markets of three ways. */
  #draws = new Map<string, Set<string>>()
  /** Events by market of the board. */
  readonly #byMarket = new Map<string, Map<EventCell, number>>()

  constructor(sportsbooks: Sportsbooks, aliases?: Aliases) {
    this.#reader = makeSelectionReader(aliases === undefined ? {} : { aliases })
    this.#sportsbooks = sportsbooks
  }

  /** The markets of the board, with their number of events. */
  get markets(): ReadonlyMap<string, ReadonlyMap<EventCell, number>> {
    return this.#byMarket
  }

  /** The bet that a line is; undefined of one that the board does not show. */
  sideOf(game: string, outcome: string): SideCell | undefined {
    return this.#games.get(game)?.places.get(outcome)?.side
  }

  /** Forgets all games; of another run also the draws that were seen. */
  clear(isOtherRun: boolean): void {
    this.events.clear()
    this.#games.clear()
    this.#byMarket.clear()
    if (isOtherRun) this.#draws.clear()
  }

  /** Looks at what has changed in the book. */
  settle(book: Book, touches: Touches): void {
    for (const [id, outcomes] of touches) this.#game(book, id, outcomes)
  }

  /** What is known of an event. */
  factsOf(book: Book, event: EventCell): EventFacts {
    if (event.facts?.version === event.version) return event.facts
    const games = [...event.games].map((id) => book.games.get(id)!)
      .toSorted((a, b) => compare(a.sportsbook, b.sportsbook) || compare(a.game, b.game))
    const counted = games.filter(({ sportsbook }) => this.#sportsbooks.of(sportsbook).bettable)
    const { anchor, off_start } = eventStart(
      counted.map(({ sportsbook, starts_at }) => ({ sportsbook, at: millisOf(starts_at), votes: true })),
      { now: 0 },
    )
    const flipped = selfFlippedEvents(counted.map(({ home_team, away_team }) => ({
      event: event.key,
      sport: "",
      home_team,
      away_team,
      at: null,
    })))
    const named = counted.find(({ home_team, away_team }) => home_team !== null && away_team !== null) ??
      games.find(({ home_team, away_team }) => home_team !== null && away_team !== null) ?? games[0]
    const facts = {
      version: event.version,
      sport: games[0]?.sport ?? "",
      home: named?.home_team ?? null,
      away: named?.away_team ?? null,
      startsAt: anchor,
      offStart: new Set(off_start),
      flipped: flipped.size > 0,
    }
    event.facts = facts
    return facts
  }

  #game(book: Book, id: string, outcomes: Set<string> | "all"): void {
    const game = book.games.get(id)
    let cell = this.#games.get(id)
    if (game === undefined) {
      if (cell !== undefined) this.#remove(cell)
      return
    }
    const key = eventKey(game)
    const isSame = cell !== undefined && cell.event.key === key && cell.sport === game.sport &&
      cell.home === game.home_team && cell.away === game.away_team
    if (cell !== undefined && (!isSame || outcomes === "all")) {
      this.#remove(cell)
      cell = undefined
    }
    if (cell === undefined) {
      const event = this.#event(key)
      cell = {
        id,
        sportsbook: game.sportsbook,
        event,
        sport: game.sport,
        home: game.home_team,
        away: game.away_team,
        places: new Map(),
      }
      this.#games.set(id, cell)
      event.games.add(id)
      outcomes = "all"
    }
    cell.event.version++
    if (outcomes === "all") { for (const line of game.lines.values()) this.#line(book, cell, game, line) }
    else {
      for (const outcome of outcomes) {
        const line = game.lines.get(outcome)
        if (line === undefined) this.#take(cell, outcome)
        else this.#line(book, cell, game, line)
      }
    }
  }

  #event(key: string): EventCell {
    const known = this.events.get(key)
    if (known !== undefined) return known
    const event: EventCell = {
      key,
      games: new Set(),
      markets: new Map(),
      version: 0,
      facts: undefined,
      mains: new Map(),
    }
    this.events.set(key, event)
    return event
  }

  #remove(cell: GameCell): void {
    for (const outcome of cell.places.keys()) this.#take(cell, outcome)
    const { event, id } = cell
    event.games.delete(id)
    event.version++
    this.#games.delete(id)
    if (event.games.size === 0) this.events.delete(event.key)
  }

  /** Takes a line out of its place. */
  #take(cell: GameCell, outcome: string): void {
    const place = cell.places.get(outcome)
    if (place === undefined) return
    cell.places.delete(outcome)
    const { side } = place
    const places = side.places.get(cell.sportsbook)!
    places.splice(places.indexOf(place), 1)
    if (places.length > 0) return
    side.places.delete(cell.sportsbook)
    if (side.places.size > 0) return
    const { rung } = side
    rung.sides.delete(side.name)
    if (rung.sides.size > 0) return
    const { market } = rung
    market.rungs.delete(rung.line)
    if (market.rungs.size > 0) return
    market.event.markets.delete(market.key)
    market.event.mains.delete(market.key)
    const events = this.#byMarket.get(market.id)!
    const left = events.get(market.event)! - 1
    if (left > 0) events.set(market.event, left)
    else events.delete(market.event)
    if (events.size === 0) this.#byMarket.delete(market.id)
  }

  #line(book: Book, cell: GameCell, game: BookGame, line: BookLine): void {
    const read = readOf(line)
    const known = cell.places.get(line.outcome)
    if (known?.read === read) return
    const isNewDraw = line.market !== null && isDraw(line) && this.#seeDraw(cell, line.market)
    this.#put(cell, game, line, read)
    if (!isNewDraw) return
    // The other sides of the market are not what they were.
    for (const id of cell.event.games) {
      const other = this.#games.get(id)!
      if (other.sportsbook !== cell.sportsbook) continue
      const otherGame = book.games.get(id)!
      for (const each of otherGame.lines.values()) {
        if (each.market === line.market && other.places.has(each.outcome)) {
          this.#put(other, otherGame, each, readOf(each))
        }
      }
    }
  }

  #seeDraw(cell: GameCell, market: string): boolean {
    const place = drawPlace(cell)
    const seen = this.#draws.get(place) ?? new Set()
    if (seen.has(market)) return false
    if (this.#draws.size >= mostDraws) this.#draws = new Map([...this.#draws].slice(mostDraws / 2))
    seen.add(market)
    this.#draws.set(place, seen)
    return true
  }

  #put(cell: GameCell, game: BookGame, line: BookLine, read: string): void {
    this.#take(cell, line.outcome)
    const draw = line.market !== null && this.#draws.get(drawPlace(cell))?.has(line.market) === true
    const reading = this.#reader.read(line, game, { draw })
    if (reading._tag === "Unknown") return
    const { selection } = reading
    if (!isShownKind(selection.kind) || selection.scope === "player" || selection.scope === "field") return
    const side = this.#side(cell.event, selection)
    const place: Place = { sportsbook: cell.sportsbook, game: cell.id, outcome: line.outcome, side, read }
    cell.places.set(line.outcome, place)
    const places = side.places.get(cell.sportsbook)
    if (places === undefined) side.places.set(cell.sportsbook, [place])
    else {
      places.push(place)
      places.sort((a, b) => compare(a.game, b.game) || compare(a.outcome, b.outcome))
    }
  }

  #side(event: EventCell, selection: Selection): SideCell {
    const key = marketKey(event.key, selection)
    let market = event.markets.get(key)
    if (market === undefined) {
      market = { key, id: marketId(selection), event, selection, rungs: new Map() }
      event.markets.set(key, market)
      const events = this.#byMarket.get(market.id) ?? new Map<EventCell, number>()
      events.set(event, (events.get(event) ?? 0) + 1)
      this.#byMarket.set(market.id, events)
    }
    const rung = rungOf(market, pairLine(selection))
    const known = rung.sides.get(selection.side)
    if (known !== undefined) return known
    const side: SideCell = {
      key: selectionKey(event.key, selection),
      name: selection.side,
      selection,
      rung,
      places: new Map(),
    }
    rung.sides.set(selection.side, side)
    return side
  }
}

const rungOf = (market: MarketCell, line: number | null): RungCell => {
  const known = market.rungs.get(line)
  if (known !== undefined) return known
  const rung: RungCell = { market, line, sides: new Map() }
  market.rungs.set(line, rung)
  return rung
}

/** What the reading of a line depends on, beside its game. */
const readOf = ({ market, target, target_kind, side, line }: BookLine): string =>
  `${market}\u0000${target}\u0000${target_kind}\u0000${side}\u0000${line}`

const drawPlace = ({ sportsbook, event }: GameCell): string => `${sportsbook}\u0000${event.key}`

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const millisOf = (time: string | null): number | null => time === null ? null : parseTimestamp(time)
