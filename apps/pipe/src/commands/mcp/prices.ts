/** Answers about games and prices, from the records of one snapshot. Nothing unverified gets a price. */
import { americanToDecimal, americanToImplied } from "@boltodds/odds"
import {
  type Book,
  BookFold,
  type BookGame,
  type BookLine,
  type Change,
  type Control,
  gameId,
  isLive,
} from "@boltodds/protocol"
import { visible } from "@boltodds/text"

/** Why a line has no price. */
export type NoPriceReason = "records_lost" | "stale" | "incomplete_game" | "unverified" | "suspended"

/** A line at a sportsbook. */
export interface PriceRow {
  readonly sportsbook: string
  readonly sport: string
  readonly game: string
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
  readonly market: string | null
  readonly outcome: string
  readonly side: string | null
  readonly line: number | null
  /** American odds; null where there is no live price. */
  readonly odds: number | null
  readonly decimal: number | null
  /** The price as a probability, with the sportsbook's margin in it. */
  readonly implied_probability: number | null
  readonly link: string | null
  /** Why there is no price. */
  readonly no_price?: NoPriceReason
}

/** A game over all sportsbooks that have it. */
export interface GameRow {
  readonly game: string
  readonly sport: string
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
  readonly sportsbooks: ReadonlyArray<string>
  readonly lines: number
  /** Lines with a price that is live now. */
  readonly live_prices: number
}

/** What to look for. Texts match as parts of names, in any case. */
export interface PriceQuery {
  /** Words that must all be in the game's key or the names of its teams. */
  readonly game?: string | undefined
  readonly market?: string | undefined
  /** At most so many rows. */
  readonly limit: number
}

/** Rows, and how many there are in all. */
export interface Found<Row> {
  readonly rows: ReadonlyArray<Row>
  readonly found: number
}

/** The book of a snapshot. */
export const bookOf = (records: ReadonlyArray<object>): Book => {
  const fold = new BookFold()
  fold.add(records as ReadonlyArray<Change | Control>)
  return fold.book
}

/** The price rows that a query finds, by game, market, outcome and sportsbook. */
export const findPrices = (book: Book, { game: words, market, limit }: PriceQuery): Found<PriceRow> => {
  const rows: Array<PriceRow> = []
  for (const game of book.games.values()) {
    if (!matches(words, gameText(game))) continue
    for (const line of game.lines.values()) {
      if (matches(market, line.market ?? "")) rows.push(priceRow(book, game, line))
    }
  }
  rows.sort(
    by(({ starts_at, game, market, outcome, line, sportsbook }) =>
      [starts_at ?? "~", game, market ?? "", outcome, String(line ?? ""), sportsbook].join("\u0000")
    ),
  )
  return { rows: rows.slice(0, limit), found: rows.length }
}

/** The games that a query finds, by start. */
export const findGames = (book: Book, { game: words, limit }: PriceQuery): Found<GameRow> => {
  const games = new Map<string, Array<BookGame>>()
  for (const game of book.games.values()) {
    if (!matches(words, gameText(game))) continue
    const same = games.get(game.game)
    if (same === undefined) games.set(game.game, [game])
    else same.push(game)
  }
  const rows = [...games.values()].map((same): GameRow => {
    const lines = same.flatMap((game) => [...game.lines.values()].map((line) => [game, line] as const))
    return {
      ...subject(same[0]!),
      sportsbooks: same.map(({ sportsbook }) => visible(sportsbook)).sort(),
      lines: lines.length,
      live_prices: lines.filter(([game, line]) => noPrice(book, game, line) === undefined).length,
    }
  })
  rows.sort(by(({ starts_at, game }) => `${starts_at ?? "~"}\u0000${game}`))
  return { rows: rows.slice(0, limit), found: rows.length }
}

/** Why a line has no price that may be acted on; undefined where it has one. */
export const noPrice = (book: Book, game: BookGame, line: BookLine): NoPriceReason | undefined => {
  if (book.lossy) return "records_lost"
  if (book.staleSessions.has(game.session) || book.staleBooks.has(gameId(game.session, game.sportsbook))) return "stale"
  if (!isLive(book, game, line)) return "unverified"
  if (game.partial) return "incomplete_game"
  return line.odds === null ? "suspended" : undefined
}

const priceRow = (book: Book, game: BookGame, line: BookLine): PriceRow => {
  const reason = noPrice(book, game, line)
  const odds = reason === undefined ? line.odds : null
  return {
    sportsbook: visible(game.sportsbook),
    ...subject(game),
    market: named(line.market),
    outcome: visible(line.outcome),
    side: line.side,
    line: line.line,
    odds,
    decimal: odds === null ? null : americanToDecimal(odds) ?? null,
    implied_probability: odds === null ? null : americanToImplied(odds) ?? null,
    link: named(line.link),
    ...reason === undefined ? {} : { no_price: reason },
  }
}

const subject = (game: BookGame) => ({
  game: visible(game.game),
  sport: visible(game.sport),
  home_team: named(game.home_team),
  away_team: named(game.away_team),
  starts_at: game.starts_at,
})

const named = (text: string | null): string | null => text === null ? null : visible(text)

const gameText = ({ game, home_team, away_team }: BookGame): string => `${game} ${home_team ?? ""} ${away_team ?? ""}`

/** Whether a text has all words of a query. */
const matches = (words: string | undefined, text: string): boolean => {
  if (words === undefined) return true
  const lower = text.toLowerCase()
  return words.toLowerCase().split(/\s+/).every((word) => lower.includes(word))
}

const by = <Row>(key: (row: Row) => string) => (one: Row, other: Row): number => {
  const [first, second] = [key(one), key(other)]
  return first < second ? -1 : first > second ? 1 : 0
}
