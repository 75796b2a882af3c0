/** What must be known, worked out anew with plain loops from a folded book. */
import {
  dominated,
  eventKey,
  eventStart,
  isDraw,
  makeSportsbooks,
  pairKey,
  participantKeys,
  type PricedSelection,
  type Reading,
  readSelection,
  type Selection,
  selectionKey,
  selfFlippedEvents,
} from "@boltodds/market"
import { americanToDecimal, netOdds } from "@boltodds/odds"
import {
  type Book,
  type BookGame,
  type BookLine,
  type Change,
  type Control,
  gameId,
  isLineChange,
  isLive,
} from "@boltodds/protocol"
import type { SignalSettings } from "@boltodds/signals"

/** A sportsbook and an event. */
export const placeOf = (of: Parameters<typeof eventKey>[0] & { readonly sportsbook: string }): string =>
  `${of.sportsbook} ${eventKey(of)}`

/** The markets in which a draw was seen, by sportsbook and event: the book alone does not say it. */
export class Draws {
  readonly #seen = new Map<string, Set<string>>()
  /** Where each game is. */
  readonly #places = new Map<string, string>()
  #run: string | undefined

  take(record: Change | Control): void {
    if ("control" in record) {
      if (record.control !== "stream_started") return
      this.#places.clear()
      if (record.run !== this.#run) this.#seen.clear()
      this.#run = record.run
      return
    }
    const id = gameId(record.sportsbook, record.game)
    if (record.change === "game_closed") {
      this.#places.delete(id)
      return
    }
    const place = placeOf(record)
    const before = this.#places.get(id) ?? place
    this.#places.set(id, place)
    const seen = new Set([...this.#seen.get(place) ?? [], ...this.#seen.get(before) ?? []])
    if (isLineChange(record) && record.change !== "line_closed" && record.market !== null && isDraw(record)) {
      seen.add(record.market)
    }
    if (seen.size > 0) this.#seen.set(place, seen)
  }

  has(game: BookGame, market: string | null): boolean {
    return market !== null && this.#seen.get(placeOf(game))?.has(market) === true
  }
}

/** One price that counts. */
export interface BrutePrice {
  readonly sportsbook: string
  readonly session: string
  readonly game: BookGame
  readonly line: BookLine
  readonly selection: Selection
  readonly key: string
  readonly pair: string
  readonly event: string
  readonly decimal: number
  readonly net: number
  readonly torn: boolean
  readonly dominated: boolean
  readonly mayBet: boolean
  /** How many outcomes of its sportsbook are this bet. */
  readonly twins: number
  /** The start that most sportsbooks give. */
  readonly anchor: number | null
}

/** A line that is understood. */
export interface Row {
  readonly game: BookGame
  readonly line: BookLine
  readonly selection: Selection
  readonly key: string
  readonly pair: string
  readonly event: string
}

export const grouped = <A>(all: Iterable<A>, keyOf: (each: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const each of all) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return groups
}

const readings = new WeakMap<BookLine, Map<string, Reading>>()

/** Read once: the lines of a folded book are values. */
const plainReading = (line: BookLine, game: BookGame, draw: boolean): Reading => {
  const known = readings.get(line) ?? new Map<string, Reading>()
  readings.set(line, known)
  const place = `${draw} ${game.sport} ${game.sportsbook} ${game.home_team} ${game.away_team}`
  const reading = known.get(place) ?? readSelection(line, game, { draw })
  known.set(place, reading)
  return reading
}

const playersOf = (game: BookGame, within: (line: BookLine) => boolean): ReadonlyArray<string> =>
  [...game.lines.values()].flatMap((line) =>
    line.target_kind === "other" && line.target !== null && within(line) ? [line.target] : []
  )

/** All lines that are understood, and the games whose prices do not count. */
export const bruteRows = (
  book: Book,
  draws: Draws,
  settings: SignalSettings = {},
): {
  readonly rows: ReadonlyArray<Row>
  readonly bad: ReadonlySet<BookGame>
  readonly anchors: ReadonlyMap<string, number | null>
} => {
  const anchors = new Map<string, number | null>()
  const sportsbooks = makeSportsbooks(settings.sportsbooks)
  const games = [...book.games.values()].filter(({ sportsbook }) => sportsbooks.of(sportsbook).bettable)
  const rows: Array<Row> = []
  const bad = new Set<BookGame>()
  for (const [event, mine] of grouped(games, eventKey)) {
    const starts = mine.map(({ sportsbook, starts_at }) => ({
      sportsbook,
      at: starts_at === null ? null : Date.parse(starts_at),
      votes: true,
    }))
    const { off_start, anchor } = eventStart(starts, { now: 0 })
    anchors.set(event, anchor)
    const teams = mine.map(({ home_team, away_team }) => ({ event, sport: "", home_team, away_team, at: null }))
    const flipped = selfFlippedEvents(teams).size > 0
    const known = new Map<string, ReadonlyMap<string, string | undefined>>()
    /** The keys of all players of a market of a game. */
    const namesIn = (mine: ReadonlyArray<BookGame>, game: BookGame, market: string | null) => {
      const id = `${gameId(game.sportsbook, game.game)} ${market}`
      const keys = known.get(id) ?? participantKeys(
        playersOf(game, (each) => each.market === market),
        mine.filter((each) => each !== game).map((each) => playersOf(each, () => true)),
      )
      known.set(id, keys)
      return keys
    }
    for (const game of mine) {
      const isStale = book.lossy || book.staleSessions.has(game.session) ||
        book.staleBooks.has(gameId(game.session, game.sportsbook))
      if (flipped || off_start.includes(game.sportsbook) || game.partial || isStale) bad.add(game)
      for (const line of game.lines.values()) {
        const draw = draws.has(game, line.market)
        const reading = line.target_kind === "other"
          ? readSelection(line, game, { draw, participants: namesIn(mine, game, line.market) })
          : plainReading(line, game, draw)
        if (reading._tag === "Unknown" || reading.selection.kind === "other") continue
        const { selection } = reading
        rows.push({
          game,
          line,
          selection,
          key: selectionKey(event, selection),
          pair: pairKey(event, selection),
          event,
        })
      }
    }
  }
  return { rows, bad, anchors }
}

/** The prices that count, of all selections: one for each sportsbook. */
export const brutePrices = (book: Book, draws: Draws, settings: SignalSettings = {}): ReadonlyArray<BrutePrice> => {
  const sportsbooks = makeSportsbooks(settings.sportsbooks)
  const betAt = settings.betAt?.map((name) => name.toLowerCase())
  const { rows, bad, anchors } = bruteRows(book, draws, settings)
  const isLivePrice = ({ game, line }: Row): boolean => !bad.has(game) && line.odds !== null && isLive(book, game, line)
  const decimalOf = ({ line }: Row): number => americanToDecimal(line.odds!)!
  const netOf = (row: Row): number => netOdds(decimalOf(row), sportsbooks.of(row.game.sportsbook).fee)!
  const counted: Array<Row> = []
  const twinsOf = new Map<Row, number>()
  for (const twins of grouped(rows, ({ key, game }) => `${key} @ ${game.sportsbook}`).values()) {
    if (!twins.every(isLivePrice)) continue
    const names = new Set(twins.map(({ line }) => line.target))
    const { scope, kind, side } = twins[0]!.selection
    if (names.size > 1 && (scope === "player" || (kind === "first" && side !== "none"))) continue
    const worst = twins.toSorted((a, b) =>
      netOf(a) - netOf(b) || (a.game.game < b.game.game ? -1 : a.game.game > b.game.game ? 1 : 0) ||
      (a.line.outcome < b.line.outcome ? -1 : 1)
    )
    counted.push(worst[0]!)
    twinsOf.set(worst[0]!, twins.length)
  }
  const torn = new Set<Row>()
  for (const pair of grouped(counted, ({ pair, game }) => `${pair} @ ${game.sportsbook}`).values()) {
    const { outcomes, winners } = pair[0]!.selection
    const booksum = pair.reduce((sum, row) => sum + 1 / decimalOf(row), 0)
    if (pair.length === outcomes && booksum < winners! - 1e-12) { for (const row of pair) torn.add(row) }
  }
  const worse = new Set<Row>()
  for (const mine of grouped(rows.filter(isLivePrice), ({ event, game }) => `${event} @ ${game.sportsbook}`).values()) {
    const prices = mine.map((row): PricedSelection => ({ selection: row.selection, odds: decimalOf(row) }))
    dominated(prices).forEach((is, at) => {
      if (is) worse.add(mine[at]!)
    })
  }
  return counted.map((row) => ({
    ...row,
    sportsbook: row.game.sportsbook,
    session: row.game.session,
    decimal: decimalOf(row),
    net: netOf(row),
    torn: torn.has(row),
    dominated: worse.has(row),
    twins: twinsOf.get(row)!,
    anchor: anchors.get(row.event) ?? null,
    mayBet: betAt === undefined || betAt.includes(row.game.sportsbook),
  }))
}

/** The best prices, by selection. */
export const bruteBest = (prices: ReadonlyArray<BrutePrice>): ReadonlyArray<string> => {
  const best: Array<string> = []
  for (const [key, all] of grouped(prices.filter(({ torn, mayBet }) => mayBet && !torn), ({ key }) => key)) {
    const order = all.toSorted((a, b) => b.net - a.net || a.decimal - b.decimal)
    const first = order[0]!
    const equals = order.filter(({ net, decimal }) => net === first.net && decimal === first.decimal)
    const names = equals.map(({ sportsbook }) => sportsbook).toSorted()
    const leading = equals.find(({ sportsbook }) => sportsbook === names[0])!
    const flags = [
      ...equals.some((price) => price.dominated) ? ["dominated"] : [],
      ...equals.length === 1 && order.length > 1 && first.net > order[1]!.net * 1.25 ? ["suspicious"] : [],
    ]
    const odds = leading.line.odds === -100 ? 100 : leading.line.odds
    best.push(`${key} ${odds} at ${names.join("+")}, ${leading.game.game}, ${leading.line.outcome}, ${flags.join()}`)
  }
  return best.toSorted()
}

/** What all signals say of a price, as of a time. */
export const bruteSubject = (
  { key, event, game, selection, anchor }: BrutePrice,
  at: number,
): Readonly<Record<string, unknown>> & { readonly phase: string | null } => ({
  key,
  event,
  sport: game.sport,
  family: selection.family,
  home_team: game.home_team,
  away_team: game.away_team,
  starts_at: anchor === null ? null : new Date(anchor).toISOString(),
  phase: anchor === null ? null : at < anchor ? "pre" : "live",
  period: selection.period,
  kind: selection.kind,
  scope: selection.scope,
  participant: selection.participant,
  stat: selection.stat,
  line: selection.line,
  side: selection.side,
})

/** The fees of some prices: assumed if one is. */
export const bruteFees = (prices: ReadonlyArray<BrutePrice>, settings: SignalSettings = {}): string => {
  const sportsbooks = makeSportsbooks(settings.sportsbooks)
  const all = new Set(prices.map(({ sportsbook }) => sportsbooks.of(sportsbook).fees))
  return all.has("assumed") ? "assumed" : all.has("set") ? "set" : "none"
}

/** Whether one of some prices is at an exchange. */
export const hasExchange = (prices: ReadonlyArray<BrutePrice>, settings: SignalSettings = {}): boolean => {
  const sportsbooks = makeSportsbooks(settings.sportsbooks)
  return prices.some(({ sportsbook }) => ["exchange", "predictions"].includes(sportsbooks.of(sportsbook).kind))
}

const shownOdds = ({ line }: BrutePrice): number | null => line.odds === -100 ? 100 : line.odds

/** The record of each best price as it is now, without its stamp and without what was before. */
export const bruteBestRecords = (
  prices: ReadonlyArray<BrutePrice>,
  at: number,
  settings: SignalSettings = {},
): ReadonlyMap<string, object> => {
  const records = new Map<string, object>()
  const counted = prices.filter(({ torn, mayBet }) => mayBet && !torn)
  for (const [key, all] of grouped(counted, (price) => price.key)) {
    const order = all.toSorted((a, b) => b.net - a.net || a.decimal - b.decimal)
    const [first] = order as [BrutePrice, ...Array<BrutePrice>]
    const equals = order.filter(({ net, decimal }) => net === first.net && decimal === first.decimal)
      .toSorted((a, b) => a.sportsbook < b.sportsbook ? -1 : 1)
    const [leading] = equals as [BrutePrice, ...Array<BrutePrice>]
    const next = order[equals.length]
    const sides = [...grouped(counted.filter(({ pair }) => pair === first.pair), (price) => price.key).values()]
    records.set(key, {
      ...bruteSubject(leading, at),
      odds: shownOdds(leading),
      decimal: leading.decimal,
      net: leading.net,
      fees: bruteFees(equals, settings),
      sportsbooks: equals.map(({ sportsbook }) => sportsbook),
      sessions: equals.map(({ session }) => session),
      game: leading.game.game,
      outcome: leading.line.outcome,
      link: leading.line.link,
      of: all.length,
      next_odds: next === undefined ? null : shownOdds(next),
      booksum: sides.length === first.selection.outcomes
        ? near(sides.reduce((sum, side) => sum + 1 / Math.max(...side.map(({ net }) => net)), 0))
        : null,
      warnings: [
        ...equals.some(({ dominated }) => dominated) ? ["dominated"] : [],
        ...equals.some(({ twins }) => twins > 1) ? ["duplicate"] : [],
        ...hasExchange(equals, settings) ? ["exchange"] : [],
        ...equals.length === 1 && next !== undefined && first.net > next.net * 1.25 ? ["suspicious"] : [],
      ],
    })
  }
  return records
}

/** Sums in another order differ in their last digits. */
export const near = (value: number): number => Number(value.toPrecision(12))
