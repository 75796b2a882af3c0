/** The rows of the board, worked out from the book at the moment they are asked for. */
import { consensusMainLine, type FamilyMainLine, mainLine, type Selection, type Sportsbooks } from "@boltodds/market"
import { americanToImplied } from "@boltodds/odds"
import { type Book, isLive } from "@boltodds/protocol"
import type { BestCell, BoardGroup, BoardRow, BoardSort, Excluded, MoveMark, PriceCell } from "../Board.ts"
import { marketLabel, marketOrder } from "../markets.ts"
import type { EventCell, EventFacts, MarketCell, Place, RungCell, SideCell } from "./cells.ts"
import type { LineIndex } from "./LineIndex.ts"
import type { Moves } from "./Moves.ts"
import { namesOf, rankOf } from "./sideNames.ts"
import type { SignalRows } from "./SignalRows.ts"

/** A price without its marks. */
interface Price {
  readonly side: SideCell
  readonly sportsbook: string
  readonly state: "live" | "unverified" | "suspended"
  readonly odds: number | null
  readonly probability: number | null
  readonly excluded: Excluded | null
  readonly place: Place
  readonly link: string | null
}

/** A pair without margin, within rounding, is not torn. */
const nearFair = 1e-12

/** Makes rows. */
export class BoardRows {
  readonly #index: LineIndex
  readonly #sportsbooks: Sportsbooks
  readonly #moves: Moves
  readonly #signals: SignalRows

  constructor(index: LineIndex, sportsbooks: Sportsbooks, moves: Moves, signals: SignalRows) {
    this.#index = index
    this.#sportsbooks = sportsbooks
    this.#moves = moves
    this.#signals = signals
  }

  /** An event in one market of the board: of each of its lines the main one. */
  groups(book: Book, event: EventCell, market: string, now: number): ReadonlyArray<BoardGroup> {
    return [...event.markets.values()].filter(({ id }) => id === market)
      .toSorted((a, b) => compare(a.key, b.key))
      .flatMap((cell) => {
        const rung = cell.rungs.get(this.#mainOf(book, cell) ?? null)
        return rung === undefined ? [] : [this.#group(book, rung, now)]
      })
  }

  /** An event in all its markets and lines. */
  whole(book: Book, event: EventCell, now: number): ReadonlyArray<BoardGroup> {
    return [...event.markets.values()]
      .toSorted((a, b) => compare(marketOrder(a.id), marketOrder(b.id)) || compare(a.key, b.key))
      .flatMap(({ rungs }) =>
        [...rungs.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
          .map((rung) => this.#group(book, rung, now))
      )
  }

  /** Where an event stands in an order that is not by start. */
  order(book: Book, event: EventCell, market: string, sort: BoardSort, now: number): number {
    const groups = this.groups(book, event, market, now)
    if (sort === "hold") return Math.min(1e9, ...groups.map(({ hold }) => hold ?? 1e9))
    return -Math.max(0, ...groups.map(({ rows }) => Math.max(...rows.map(({ key }) => this.#moves.lastAt(key) ?? 0))))
  }

  /**
   * The line of a market that the board shows: the main one of most sportsbooks. It is the same while prices are
   * unverified, so that the board does not jump in a gap. Null of a market without lines.
   */
  #mainOf(book: Book, market: MarketCell): number | null | undefined {
    if (market.rungs.size === 1) return [...market.rungs.keys()][0]
    const { event } = market
    const known = event.mains.get(market.key)
    if (known?.version === event.version) return known.line
    const rungs = [...market.rungs.values()]
    const names = new Set(rungs.flatMap(({ sides }) => [...sides.values()].flatMap(({ places }) => [...places.keys()])))
    const mains: Array<FamilyMainLine> = []
    for (const name of names) {
      const { kind, family } = this.#sportsbooks.of(name)
      if (kind === "synthetic") continue
      const main = mainLine(rungs.flatMap(({ line, sides }) =>
        line === null ? [] : [{
          line,
          odds: [...sides.values()].toSorted((a, b) => rankOf(a.name) - rankOf(b.name)).map(({ places }) => {
            const place = places.get(name)?.[0]
            return place === undefined ? null : book.games.get(place.game)?.lines.get(place.outcome)?.odds ?? null
          }),
        }]
      ))
      if (main !== undefined) mains.push({ ...main, family })
    }
    const line = consensusMainLine(mains) ?? middleOf(rungs)
    event.mains.set(market.key, { version: event.version, line })
    return line
  }

  #group(book: Book, rung: RungCell, now: number): BoardGroup {
    const { market } = rung
    const { event, selection } = market
    const facts = this.#index.factsOf(book, event)
    const sides = [...rung.sides.values()].toSorted((a, b) => rankOf(a.name) - rankOf(b.name) || compare(a.key, b.key))
    const prices = sides.map((side) =>
      new Map([...side.places].map(([name, places]) => [name, this.#price(book, facts, side, places)] as const))
    )
    const torn = tornIn(prices, selection)
    const fair = this.#signals.fairOf(rung)
    const rows = sides.map((side, at) => this.#row(facts, side, prices[at]!, { torn, fair, now }))
    let gamesUnverified = 0
    for (const id of event.games) if (book.games.get(id)?.verified !== true) gamesUnverified++
    return {
      key: `${market.key}|${rung.line ?? ""}`,
      event: event.key,
      sport: facts.sport,
      market: marketLabel(selection),
      home: facts.home,
      away: facts.away,
      startsAt: facts.startsAt,
      rows,
      hold: holdOf(rows, selection),
      isPriced: rows.some(({ cells }) => [...cells.values()].some(({ state }) => state === "live")),
      games: event.games.size,
      gamesUnverified,
    }
  }

  #row(
    facts: EventFacts,
    side: SideCell,
    prices: ReadonlyMap<string, Price>,
    { torn, fair, now }: {
      readonly torn: ReadonlySet<string>
      readonly fair: Readonly<Record<string, number>> | undefined
      readonly now: number
    },
  ): BoardRow {
    const excluded = (price: Price): Excluded | null => price.excluded ?? (torn.has(price.sportsbook) ? "torn" : null)
    const counted = [...prices.values()].filter((price) =>
      price.state === "live" && price.probability !== null && excluded(price) === null
    )
    const least = Math.min(...counted.map(({ probability }) => probability!))
    const bests = counted.filter(({ probability }) => probability === least)
      .toSorted((a, b) => compare(a.sportsbook, b.sportsbook))
    const cells = new Map([...prices].map(([name, price]): readonly [string, PriceCell] => [name, {
      sportsbook: name,
      state: price.state,
      odds: price.odds,
      probability: price.probability,
      excluded: excluded(price),
      isBest: bests.includes(price),
      move: this.#moveOf(price, now),
      link: price.link,
    }]))
    const best: BestCell | null = bests.length === 0 ? null : {
      odds: bests[0]!.odds!,
      probability: least,
      sportsbooks: bests.map(({ sportsbook }) => sportsbook),
      of: counted.length,
    }
    return {
      key: side.key,
      side: side.name,
      ...namesOf(side.selection, facts),
      cells,
      best,
      fair: fair?.[side.name] ?? null,
    }
  }

  #moveOf({ state, excluded, odds, place: { game, outcome } }: Price, now: number): MoveMark | null {
    if (state !== "live" || odds === null || excluded === "synthetic" || excluded === "partial") return null
    return this.#moves.markOf(game, outcome, now)
  }

  /** Of several lines for one bet the worse price counts, and only while all of them are live. */
  #price(book: Book, facts: EventFacts, side: SideCell, places: ReadonlyArray<Place>): Price {
    let worst: Price | undefined
    let state: Price["state"] = "live"
    for (const place of places) {
      const game = book.games.get(place.game)!
      const line = game.lines.get(place.outcome)!
      const { odds } = line
      const probability = odds === null ? null : americanToImplied(odds) ?? null
      const own: Price["state"] = !isLive(book, game, line) ? "unverified" : odds === null ? "suspended" : "live"
      if (own === "unverified" || (own === "suspended" && state === "live")) state = own
      const excluded: Excluded | null = this.#sportsbooks.of(place.sportsbook).kind === "synthetic"
        ? "synthetic"
        : game.partial
        ? "partial"
        : facts.flipped
        ? "flipped"
        : facts.offStart.has(place.sportsbook)
        ? "other_start"
        : null
      const price: Price = {
        side,
        sportsbook: place.sportsbook,
        state: own,
        odds,
        probability,
        excluded,
        place,
        link: line.link,
      }
      if (worst === undefined) worst = price
      else if (worst.excluded === null && excluded !== null) worst = price
      else if (worst.excluded === excluded && (probability ?? -1) > (worst.probability ?? -1)) worst = price
    }
    return { ...worst!, state }
  }
}

/** Sportsbooks whose live prices of all sides add up to less than one: one of the prices is wrong. */
const tornIn = (
  prices: ReadonlyArray<ReadonlyMap<string, Price>>,
  { outcomes, winners }: Selection,
): ReadonlySet<string> => {
  const torn = new Set<string>()
  if (outcomes === null || winners === null || prices.length !== outcomes) return torn
  for (const name of prices[0]!.keys()) {
    let booksum = 0
    const isWhole = prices.every((side) => {
      const price = side.get(name)
      if (price?.state !== "live" || price.probability === null || price.excluded !== null) return false
      booksum += price.probability
      return true
    })
    if (isWhole && booksum < winners - nearFair) torn.add(name)
  }
  return torn
}

const holdOf = (rows: ReadonlyArray<BoardRow>, { outcomes, winners }: Selection): number | null => {
  if (outcomes === null || winners === null || rows.length !== outcomes) return null
  let booksum = 0
  for (const { best } of rows) {
    if (best === null) return null
    booksum += best.probability
  }
  return booksum / winners - 1
}

/** Without a main line: the one in the middle. */
const middleOf = (rungs: ReadonlyArray<RungCell>): number | null => {
  const lines = rungs.map(({ line }) => line ?? 0).toSorted((a, b) => a - b)
  return lines[Math.floor((lines.length - 1) / 2)] ?? null
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
