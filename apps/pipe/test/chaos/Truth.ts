/** The server's book: what every sportsbook quotes, and the messages about its changes. */
import type { Filters } from "@boltodds/protocol"
import type { Dice } from "./random.ts"

/** The lines of a game at a sportsbook: odds by outcome key, null while suspended. */
export type Lines = ReadonlyMap<string, number | null>

/** What a message says of games, as they stood at the server when it was sent. */
export interface Tells {
  readonly sportsbook: string
  readonly game: string
  /** Undefined: there is no such game. */
  readonly lines: Lines | undefined
}

/** A message and what it says. */
export interface Told {
  readonly value: Record<string, unknown>
  readonly tells: ReadonlyArray<Tells>
}

const sportsbooks = ["betmgm", "draftkings", "fanduel"]
const games: ReadonlyArray<{ readonly game: string; readonly sport: string }> = [
  { game: "A vs B, 2026-07-16, 01", sport: "MLB" },
  { game: "A vs B, 2026-07-16, 02", sport: "MLB" },
  { game: "C vs D, 2026-07-16, 1e1f1b8dc2ec", sport: "NBA" },
]
const markets: Readonly<Record<string, string>> = {
  "Home Moneyline": "Moneyline",
  "Away Moneyline": "Moneyline",
  "Over 8.5": "Total",
  "Under 8.5": "Total",
  "Home -1.5": "Spread",
}
const outcomes = Object.keys(markets)

/** What may be asked for; the server and the client both go by these. */
export const someFilters: ReadonlyArray<Filters> = [
  {},
  { sportsbooks: ["betmgm", "fanduel"] },
  { sports: ["MLB"] },
  { markets: ["Moneyline", "Spread"] },
  { games: [games[1]!.game, games[2]!.game] },
]

const within = (names: ReadonlyArray<string> | undefined, name: string): boolean =>
  names === undefined || names.includes(name)

/** The key of a game at a sportsbook. */
export const placeOf = (sportsbook: string, game: string): string => `${sportsbook}|${game}`

/** The whole of it. */
export class Truth {
  readonly #dice: Dice
  readonly #now: () => number
  #games = new Map<string, Map<string, number | null>>()
  #count = 0

  constructor(random: Dice, now: () => number) {
    this.#dice = random
    this.#now = now
    this.replace()
  }

  /** Another world. */
  replace(): void {
    this.#games = new Map()
    for (const sportsbook of sportsbooks) {
      for (const { game } of games) {
        if (this.#dice.chance(0.7)) this.#games.set(placeOf(sportsbook, game), this.#quotes())
      }
    }
  }

  /** What these filters let through, by place. */
  seenBy(filters: Filters): Map<string, Map<string, number | null>> {
    const seen = new Map<string, Map<string, number | null>>()
    for (const [place, lines] of this.#games) {
      const [sportsbook, game] = place.split("|") as [string, string]
      if (!this.lets(filters, sportsbook, game)) continue
      seen.set(place, new Map([...lines].filter(([outcome]) => within(filters.markets, markets[outcome]!))))
    }
    return seen
  }

  /** Whether filters let a game of a sportsbook through. */
  lets(filters: Filters, sportsbook: string, game: string): boolean {
    return within(filters.sportsbooks, sportsbook) && within(filters.games, game) &&
      within(filters.sports, sportOf(game))
  }

  /** All of a game, as it stands; undefined where there is none. */
  full(action: string, sportsbook: string, game: string): Told | undefined {
    const lines = this.#games.get(placeOf(sportsbook, game))
    return lines && this.#told(action, sportsbook, game, lines, [...lines.keys()])
  }

  /** Something changes. */
  change(): Told {
    const { chance, pick, next } = this.#dice
    const sportsbook = pick(sportsbooks)
    const { game, sport } = pick(games)
    const place = placeOf(sportsbook, game)
    const lines = this.#games.get(place)
    if (lines === undefined) {
      this.#games.set(place, this.#quotes())
      return this.full(pick(["game_update", "game_added", "initial_state"]), sportsbook, game)!
    }
    const what = next()
    if (what < 0.65) {
      const touched = outcomes.filter(() => chance(0.4))
      for (const outcome of touched) lines.set(outcome, chance(0.2) ? null : this.#price())
      return this.#told("line_update", sportsbook, game, lines, touched)
    }
    if (what < 0.82) {
      for (const outcome of outcomes) {
        if (chance(0.2)) lines.delete(outcome)
        else if (chance(0.3)) lines.set(outcome, this.#price())
      }
      return this.full("game_update", sportsbook, game)!
    }
    if (what < 0.9) return this.#removed("game_removed", sportsbook, [game])
    if (what < 0.94) {
      return this.#removed(
        "sport_clear",
        sportsbook,
        games.filter((of) => of.sport === sport).map(nameOf),
      )
    }
    if (what < 0.97) return this.#removed("book_clear", sportsbook, games.map(nameOf))
    // One price that cannot be read, among others: what it means nobody knows.
    const outcome = pick(outcomes)
    lines.set(outcome, null)
    const told = this.#told("line_update", sportsbook, game, lines, outcomes.filter((other) => lines.has(other)))
    const data = told.value["data"] as { outcomes: Record<string, Record<string, unknown>> }
    data.outcomes[outcome] = { ...data.outcomes[outcome], odds: pick(["abc", "1.91", "-99", "0"]) }
    return told
  }

  /** An update of this game from before now, which is not true any more. */
  lateArrival(sportsbook: string, game: string): Told {
    const lines = new Map(outcomes.map((outcome) => [outcome, 5_000] as const))
    const told = this.#told(this.#dice.pick(["line_update", "game_update"]), sportsbook, game, lines, outcomes)
    const timestamp = isoMicros(this.#now() - 1 - this.#dice.below(2_000))
    return { value: { ...told.value, timestamp }, tells: [] }
  }

  #quotes(): Map<string, number | null> {
    return new Map(
      outcomes.filter(() => this.#dice.chance(0.7)).map((outcome) => [
        outcome,
        this.#dice.chance(0.15) ? null : this.#price(),
      ]),
    )
  }

  #price(): number {
    return (this.#dice.chance(0.5) ? -1 : 1) * (100 + this.#dice.below(30))
  }

  #removed(action: string, sportsbook: string, gone: ReadonlyArray<string>): Told {
    for (const game of gone) this.#games.delete(placeOf(sportsbook, game))
    const data = action === "game_removed"
      ? { sport: sportOf(gone[0]!), game: gone[0]!, home_team: "A", away_team: "B", info: {} }
      : { sport: action === "sport_clear" ? sportOf(gone[0]!) : {}, game: {}, home_team: {}, away_team: {}, info: {} }
    return {
      value: this.#envelope(action, { ...data, sportsbook, outcomes: {} }),
      tells: gone.map((game) => ({ sportsbook, game, lines: undefined })),
    }
  }

  #told(action: string, sportsbook: string, game: string, lines: Lines, named: ReadonlyArray<string>): Told {
    const quotes = Object.fromEntries(named.map((outcome) => {
      const odds = lines.get(outcome) ?? null
      const price = odds === null ? this.#dice.pick([null, ""]) : odds > 0 ? `+${odds}` : String(odds)
      return [outcome, {
        odds: price,
        link: "",
        outcome_name: markets[outcome]!,
        outcome_line: null,
        outcome_over_under: null,
        outcome_target: null,
      }]
    }))
    return {
      value: this.#envelope(action, {
        sport: sportOf(game),
        sportsbook,
        game,
        home_team: "A",
        away_team: "B",
        info: {},
        outcomes: quotes,
      }),
      tells: [{ sportsbook, game, lines: new Map(lines) }],
    }
  }

  /** Numbered, so that no two messages are the same text. */
  #envelope(action: string, data: Record<string, unknown>): Record<string, unknown> {
    return { timestamp: isoMicros(this.#now()), action, data, number: ++this.#count }
  }
}

const nameOf = ({ game }: { readonly game: string }): string => game
const sportOf = (game: string): string => games.find((of) => of.game === game)!.sport
const isoMicros = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00")
