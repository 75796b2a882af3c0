/** The games of a world: who plays whom, when, under which key. */
import type { Random } from "../Random.ts"
import { type EasternMinute, easternOf } from "./Eastern.ts"
import { type Fixture, hourSuffix } from "./Fixture.ts"
import type { League } from "./Leagues.ts"
import { marketsFor } from "./Markets.ts"
import type { Timetable } from "./Timetable.ts"
import type { WorldSettings } from "./WorldOptions.ts"

/** The two games that the example of the vendor's documentation subscribes to. */
export const exampleGames: readonly [string, string] = [
  "San Francisco Giants vs Philadelphia Phillies, 2025-07-07, 09",
  "Corinthians vs Bragantino, 2025-07-13, 06",
]

/** The list of games. */
export class Fixtures {
  readonly list: Array<Fixture> = []
  readonly #settings: WorldSettings
  readonly #random: Random
  /** Of a living world. */
  readonly #timetable: Timetable | undefined
  readonly #added: (fixture: Fixture) => void

  /** `added` is called for each game, before the next random number is drawn. */
  constructor(
    settings: WorldSettings,
    random: Random,
    timetable: Timetable | undefined,
    added: (fixture: Fixture) => void,
  ) {
    this.#settings = settings
    this.#random = random
    this.#timetable = timetable
    this.#added = added
  }

  /** Adds the first games: those of the vendor's example, a doubleheader, and others. */
  begin(): void {
    const { games } = this.#settings
    this.#addExamples()
    if (games > this.list.length) this.#addDoubleheader()
    while (this.list.length < games) this.add()
  }

  /** Adds a game. `now`: it takes the place of another. */
  add(now?: number): Fixture {
    const random = this.#random
    const { leagues, date } = this.#settings
    const total = leagues.reduce((sum, league) => sum + league.weight, 0)
    let roll = random.next() * total
    const league = leagues.find((one) => (roll -= one.weight) < 0) ?? leagues[0]!
    // No team plays twice against the same one, the doubleheader apart; in a crowded league it may happen.
    let pair = random.shuffle(league.sides)
    for (let attempt = 0; attempt < 10 && this.#meets(pair[0]!, pair[1]!); attempt++) {
      pair = random.shuffle(league.sides)
    }
    const [home, away] = pair as [string, string, ...Array<string>]
    const start = this.#timetable === undefined
      ? { date, minute: 13 * 60 + random.int(42) * 15 + 5 }
      : easternOf(now === undefined ? this.#timetable.firstStart() : this.#timetable.laterStart(now))
    return this.#addAt(league, [home, away], start)
  }

  /** The game is over. */
  delete(fixture: Fixture): void {
    this.list.splice(this.list.indexOf(fixture), 1)
    this.#timetable?.delete(fixture)
  }

  #addExamples(): void {
    const baseball = this.#settings.leagues.find((league) => league.sport === "MLB")
    const soccer = this.#settings.leagues.find((league) => league.sport === "Brazil Serie A")
    if (baseball !== undefined) {
      const teams = ["San Francisco Giants", "Philadelphia Phillies"] as const
      this.#addAt(baseball, teams, this.#startOr("2025-07-07", 21 * 60 + 45), exampleGames[0])
    }
    if (soccer !== undefined) {
      const teams = ["Corinthians", "Bragantino"] as const
      this.#addAt(soccer, teams, this.#startOr("2025-07-13", 18 * 60), exampleGames[1])
    }
  }

  /** Two games of the same teams on one day: only the last part of the key differs. */
  #addDoubleheader(): void {
    const league = this.#settings.leagues.find(({ sport }) => sport === "MLB")
    if (league === undefined) return
    const date = this.#timetable?.dayOfDoubleheader() ?? this.#settings.date
    const teams = ["Boston Red Sox", "Tampa Bay Rays"] as const
    this.#addAt(league, teams, { date, minute: 13 * 60 + 35 })
    this.#addAt(league, teams, { date, minute: 19 * 60 + 10 })
  }

  /** The start of one of the first games; this one if the world has no clock. */
  #startOr(date: string, minute: number): EasternMinute {
    return this.#timetable === undefined ? { date, minute } : easternOf(this.#timetable.firstStart())
  }

  #meets(one: string, other: string): boolean {
    return this.list.some(({ home, away }) => (home === one && away === other) || (home === other && away === one))
  }

  #has(key: string): boolean {
    return this.list.some((fixture) => fixture.key === key || fixture.flippedKey === key)
  }

  #addAt(league: League, [home, away]: readonly [string, string], start: EasternMinute, pinnedKey?: string): Fixture {
    const { gameKeys, players } = this.#settings
    const { date, minute: startMinute } = start
    const random = this.#random
    const universalId = random.hex(12)
    const flips = league.kind === "soccer" || league.kind === "fighting"
    const flippedUniversalId = flips ? random.hex(12) : universalId
    const byHour = pinnedKey !== undefined || gameKeys === "hour" ||
      (gameKeys === "mixed" && (league.kind === "soccer" || league.kind === "tennis"))
    const suffix = (id: string): string => byHour ? hourSuffix(startMinute) : id
    let key = pinnedKey ?? `${home} vs ${away}, ${date}, ${suffix(universalId)}`
    // Two games of one hour would share an old-style key; the real feed cannot distinguish such games either.
    if (this.#has(key)) key = `${home} vs ${away}, ${date}, ${universalId}`
    let flippedKey = flips ? `${away} vs ${home}, ${date}, ${suffix(flippedUniversalId)}` : key
    if (flips && this.#has(flippedKey)) flippedKey = `${away} vs ${home}, ${date}, ${flippedUniversalId}`
    const fixture: Fixture = {
      sport: league.sport,
      home,
      away,
      key,
      flippedKey,
      universalId,
      flippedUniversalId,
      date,
      startMinute,
      markets: marketsFor(league, random, players),
      pinned: pinnedKey !== undefined,
      drift: { strength: 0, scoring: 0 },
    }
    this.list.push(fixture)
    this.#timetable?.add(fixture)
    this.#added(fixture)
    return fixture
  }
}
