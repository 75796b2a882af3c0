/** How a world is made. */
import { isDate } from "./Eastern.ts"
import { type League, leagues } from "./Leagues.ts"
import { type Sportsbook, sportsbooks } from "./Sportsbooks.ts"

/** What can happen in one step. */
export type WorldEvent =
  /** A price moves: a `line_update` of one market, sometimes of two. */
  | "move"
  /** A market, or all of a game, loses its prices. */
  | "suspend"
  /** A suspended market has prices again. */
  | "resume"
  /** All odds of a game again, an alternate line added or gone, and at once a `line_update` of one of its lines. */
  | "game_update"
  /** A sportsbook takes a game down; it comes back later. */
  | "remove"
  /** A game is over at all sportsbooks, and another takes its place. */
  | "replace"
  /** All games of one sport at one sportsbook go; they come back one by one. */
  | "sport_clear"
  /** All games of one sportsbook go; they come back one by one. */
  | "book_clear"

/** How a world is made. The same options give the same world and the same messages on any machine. */
export interface WorldOptions {
  /** @default 1 */
  readonly seed?: number | undefined
  /** Games at any time, among them the two of the vendor's example and a doubleheader. @default 40 */
  readonly games?: number | undefined
  /** Players of each side that have props. @default 3 */
  readonly players?: number | undefined
  /** Only these sportsbooks, by name. @default all 15 */
  readonly sportsbooks?: ReadonlyArray<string> | undefined
  /** Only these sports, by name. @default all 9 */
  readonly sports?: ReadonlyArray<string> | undefined
  /**
   * The day of the games, `2026-07-16`; US Eastern. Games start at fixed hours, and nothing starts or ends by the clock.
   * Left out, the world lives: see `now`. @default "2026-07-16" if `now` is left out too
   */
  readonly date?: string | undefined
  /**
   * The time at which a living world begins, in milliseconds since the Unix epoch: games start around it, some are
   * already running; as time passes they start, run and end, and others take their place. A server gives its own time.
   * Ignored beside `date`.
   */
  readonly now?: number | undefined
  /** How many times as fast as real time the clock of a living world runs. Timestamps stay real. @default 1 */
  readonly timeSpeed?: number | undefined
  /**
   * How game keys end: 12 hex digits as since July 2026, the start hour as before, or `mixed`: hours for soccer, tennis
   * and the example's games. @default "mixed"
   */
  readonly gameKeys?: "hex" | "hour" | "mixed" | undefined
  /** How often each event happens, relative to the others; 0 is never. */
  readonly weights?: { readonly [event in WorldEvent]?: number } | undefined
}

/** The usual {@link WorldOptions.weights}: per 100,000 steps. */
export const defaultWeights: Readonly<Record<WorldEvent, number>> = {
  move: 89_000,
  suspend: 3_500,
  resume: 4_500,
  game_update: 2_700,
  remove: 200,
  replace: 60,
  sport_clear: 6,
  book_clear: 4,
}

const events = Object.keys(defaultWeights) as ReadonlyArray<WorldEvent>

/** Options with their defaults, checked. */
export interface WorldSettings {
  readonly seed: number
  readonly games: number
  readonly players: number
  readonly books: ReadonlyArray<Sportsbook>
  readonly leagues: ReadonlyArray<League>
  readonly date: string
  /** Of a living world: when it begins. */
  readonly now: number | undefined
  readonly timeSpeed: number
  readonly gameKeys: "hex" | "hour" | "mixed"
  /** Each event with the sum of the weights up to it. */
  readonly thresholds: ReadonlyArray<readonly [WorldEvent, number]>
}

/** Fills in the defaults. Throws `RangeError` for a value that is not allowed. */
export const settingsOf = (options: WorldOptions): WorldSettings => {
  const { seed = 1, games = 40, players = 3, date = "2026-07-16", timeSpeed = 1, gameKeys = "mixed" } = options
  const books = chosen(sportsbooks, options.sportsbooks, (book) => book.name, "sportsbook")
  const playing = chosen(leagues, options.sports, (league) => league.sport, "sport")
  if (!isDate(date)) {
    throw new RangeError(`Cannot make a world as date must be a day such as 2026-07-16: current value is ${date}`)
  }
  if (!(timeSpeed > 0 && timeSpeed <= 100_000)) {
    throw new RangeError(
      `Cannot make a world as timeSpeed must be above 0 and at most 100000: current value is ${timeSpeed}`,
    )
  }
  const thresholds = cumulative({ ...defaultWeights, ...options.weights })
  if (!Number.isInteger(games) || games < 1) {
    throw new RangeError(`Cannot make a world as games must be a whole number from 1: current value is ${games}`)
  }
  const now = options.date === undefined ? options.now : undefined
  return { seed, games, players, books, leagues: playing, date, now, timeSpeed, gameKeys, thresholds }
}

const cumulative = (weights: Record<WorldEvent, number>): ReadonlyArray<readonly [WorldEvent, number]> => {
  let sum = 0
  const thresholds = events.map((event) => [event, sum += Math.max(weights[event], 0)] as const)
  if (!(sum > 0)) throw new RangeError("Cannot make a world as weights must not all be 0")
  return thresholds
}

const chosen = <A>(
  all: ReadonlyArray<A>,
  names: ReadonlyArray<string> | undefined,
  nameOf: (one: A) => string,
  what: string,
): ReadonlyArray<A> => {
  if (names === undefined) return all
  const unknown = names.filter((name) => !all.some((one) => nameOf(one) === name))
  if (unknown.length > 0 || names.length === 0) {
    throw new RangeError(
      `Cannot make a world as it knows no ${what} ${JSON.stringify(unknown[0] ?? "")}; it knows: ${
        all.map(nameOf).join(", ")
      }`,
    )
  }
  return all.filter((one) => names.includes(nameOf(one)))
}
