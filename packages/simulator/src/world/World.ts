/** A made-up world of sports: games, books, prices, and what happens to them. */
import { timestamp } from "@boltodds/feed-server"
import type { FeedMessage, InitialState } from "@boltodds/protocol"
import { Random } from "../Random.ts"
import { type League, leagues } from "./Leagues.ts"
import { marketsFor } from "./Markets.ts"
import { type Fixture, hourSuffix, Offer, type OfferEvent } from "./Offer.ts"
import { type Sportsbook, sportsbooks } from "./Sportsbooks.ts"
import { type EasternMinute, easternOf, isDate } from "./Eastern.ts"
import { Timetable } from "./Timetable.ts"

/** What can happen in one step. */
export type WorldEvent =
  /** A price moved: a `line_update` of one market, now and then of two. */
  | "move"
  /** A market, or all of a game, loses its prices. */
  | "suspend"
  /** A suspended market has prices again. */
  | "resume"
  /** All odds of a game again, an alternate line added or gone, and at once a `line_update` of one of its lines. */
  | "game_update"
  /** One book takes a game down; it comes back later. */
  | "remove"
  /** A game is over at all books, and another takes its place. */
  | "replace"
  /** All games of one sport at one book go; they come back one by one. */
  | "sport_clear"
  /** All games of one book go; they come back one by one. */
  | "book_clear"

/** How a world is made. The same options give the same world and the same messages, whatever the machine. */
export interface WorldOptions {
  /** @default 1 */
  readonly seed?: number | undefined
  /** Games at any time, the two of the vendor's example and a doubleheader among them. @default 40 */
  readonly games?: number | undefined
  /** Players of each side that have props. @default 3 */
  readonly players?: number | undefined
  /** Only these books, by name. @default all 15 */
  readonly sportsbooks?: ReadonlyArray<string> | undefined
  /** Only these sports, by name. @default all 9 */
  readonly sports?: ReadonlyArray<string> | undefined
  /**
   * The day the games are on, `2026-07-16`; US Eastern. Then their starts are at fixed hours, and nothing begins or ends
   * by the clock. Left out, the world lives: see `now`. @default "2026-07-16" where there is no `now` either
   */
  readonly date?: string | undefined
  /**
   * The time at which a living world begins, in milliseconds since the Unix epoch: games start around it, some are under
   * way; as time goes on they start, run and end, and others take their place. A server gives its own. Without effect
   * beside `date`.
   */
  readonly now?: number | undefined
  /** How many times as fast as the real one the clock of a living world runs. Timestamps stay real. @default 1 */
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

/** The two games that the example of the vendor's documentation subscribes to. */
export const exampleGames: readonly [string, string] = [
  "San Francisco Giants vs Philadelphia Phillies, 2025-07-07, 09",
  "Corinthians vs Bragantino, 2025-07-13, 06",
]

const events = Object.keys(defaultWeights) as ReadonlyArray<WorldEvent>

/** The world. It changes only through {@link World.step}. */
export class World {
  readonly #random: Random
  readonly #books: ReadonlyArray<Sportsbook>
  readonly #leagues: ReadonlyArray<League>
  readonly #date: string
  /** Of a living world. */
  readonly #timetable: Timetable | undefined
  readonly #gameKeys: "hex" | "hour" | "mixed"
  readonly #players: number
  readonly #thresholds: ReadonlyArray<readonly [WorldEvent, number]>
  readonly #fixtures: Array<Fixture> = []
  /** The offers that can be picked: a clone's are reached through its twin. */
  #offers: Array<Offer> = []
  readonly #pinned: Array<Offer> = []
  /** Offers that are to be published (again): cleared, removed, or new. */
  readonly #returning: Array<Offer> = []
  /** The latest timestamp of each book. */
  readonly #stamped = new Map<string, string>()
  #micros = 0

  constructor(options: WorldOptions = {}) {
    this.#random = new Random(options.seed ?? 1)
    this.#books = chosen(sportsbooks, options.sportsbooks, (book) => book.name, "sportsbook")
    this.#leagues = chosen(leagues, options.sports, (league) => league.sport, "sport")
    this.#date = options.date ?? "2026-07-16"
    if (!isDate(this.#date)) {
      throw new RangeError(
        `Cannot make a world as date must be a day such as 2026-07-16: current value is ${this.#date}`,
      )
    }
    const { now, timeSpeed = 1 } = options
    if (!(timeSpeed > 0 && timeSpeed <= 100_000)) {
      throw new RangeError(
        `Cannot make a world as timeSpeed must be above 0 and at most 100000: current value is ${timeSpeed}`,
      )
    }
    if (options.date === undefined && now !== undefined) {
      this.#timetable = new Timetable(this.#random, now, timeSpeed)
    }
    this.#gameKeys = options.gameKeys ?? "mixed"
    this.#players = options.players ?? 3
    this.#thresholds = cumulative({ ...defaultWeights, ...options.weights })
    const games = options.games ?? 40
    if (!Number.isInteger(games) || games < 1) {
      throw new RangeError(`Cannot make a world as games must be a whole number from 1: current value is ${games}`)
    }
    this.#addExamples()
    if (games > this.#fixtures.length) this.#addDoubleheader()
    while (this.#fixtures.length < games) this.#addFixture()
  }

  /** The names of all sports that games may be of. */
  get sports(): ReadonlyArray<string> {
    return this.#leagues.map((league) => league.sport)
  }

  /** The names of all books. */
  get sportsbooks(): ReadonlyArray<string> {
    return this.#books.map((book) => book.name)
  }

  /** Every game at every book that shows it, as an `initial_state`. */
  initial(nowMillis: number): ReadonlyArray<InitialState> {
    return this.#offers.flatMap(shown)
      .map((offer) => offer.full("initial_state", this.#stamp(nowMillis, offer.book.name)).message as InitialState)
  }

  /** Something happens. Gives the messages that tell of it, in their order; at least one. */
  step(nowMillis: number): ReadonlyArray<FeedMessage> {
    return this.tell(nowMillis).map(({ message }) => message)
  }

  /** {@link World.step}, with the JSON of each message. */
  tell(nowMillis: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const begun = this.#live(nowMillis)
    if (begun.length > 0) return begun
    if (this.#returning.length > 0 && random.chance(0.4)) return this.#publish(nowMillis)
    const roll = random.next() * this.#thresholds[this.#thresholds.length - 1]![1]
    const event = this.#thresholds.find(([, threshold]) => roll < threshold)![0]
    switch (event) {
      case "move":
        return this.#move(nowMillis)
      case "suspend":
        return this.#suspend(nowMillis)
      case "resume":
        return this.#resume(nowMillis)
      case "game_update":
        return this.#gameUpdate(nowMillis)
      case "remove":
        return this.#remove(nowMillis)
      case "replace":
        return this.#replace(nowMillis)
      case "sport_clear":
        return this.#clearSome(nowMillis, random.pick(this.#leagues).sport)
      case "book_clear":
        return this.#clearSome(nowMillis, undefined)
    }
  }

  /** What the clock brings: a game starts, or ends. Nothing where the world has no clock. */
  #live(now: number): ReadonlyArray<OfferEvent> {
    const due = this.#timetable?.due(now)
    if (due === undefined) return []
    if (due.what === "start") return this.#start(due.fixture, now)
    return due.fixture.pinned ? this.#putOff(due.fixture, now) : this.#replaceWith(due.fixture, now)
  }

  /** A game starts: half of what is not a main market closes. */
  #start(fixture: Fixture, now: number): ReadonlyArray<OfferEvent> {
    this.#timetable!.start(fixture)
    return this.#offers.filter((offer) => offer.fixture === fixture).flatMap((offer) => {
      for (const slot of offer.slots) {
        if (!slot.market.main && slot.listed && this.#random.chance(0.5)) slot.listed = false
      }
      return shown(offer).map((one) => one.full("game_update", this.#stamp(now, one.book.name)))
    })
  }

  /** A pinned game is over, and is to be played once more: all its markets are back, under a later start. */
  #putOff(fixture: Fixture, now: number): ReadonlyArray<OfferEvent> {
    const timetable = this.#timetable!
    timetable.delete(fixture)
    const { date, minute } = easternOf(timetable.laterStart(now))
    fixture.date = date
    fixture.startMinute = minute
    timetable.add(fixture)
    return this.#offers.filter((offer) => offer.fixture === fixture).flatMap((offer) => {
      for (const slot of offer.slots) slot.listed = true
      for (const one of withClone(offer)) one.putOff()
      return shown(offer).map((one) => one.full("game_update", this.#stamp(now, one.book.name)))
    })
  }

  #move(now: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const offer = this.#pick()
    if (offer === undefined) return this.#publish(now)
    const { drift } = offer.fixture
    const heat = this.#isRunning(offer) ? 2 : 1
    // News moves the game for every book; each book follows when it is picked.
    if (random.chance(0.2)) drift.strength = pull(drift.strength + random.normal() * 0.06 * heat, 1.5)
    if (random.chance(0.2)) drift.scoring = pull(drift.scoring + random.normal() * 0.05 * heat, 1)
    const priced = offer.slots.filter((slot) => slot.listed && !slot.suspended)
    if (priced.length === 0) return this.#resume(now, offer)
    const moved = [random.pick(priced)]
    if (random.chance(0.15)) {
      const other = random.pick(priced)
      if (other !== moved[0]) moved.push(other)
    }
    for (const slot of moved) slot.noise = pull(slot.noise * 0.97 + random.normal() * 0.035 * heat, 0.4)
    return shown(offer).map((one) => one.update(moved, this.#stamp(now, one.book.name)))
  }

  #suspend(now: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const offer = this.#pick()
    if (offer === undefined) return this.#publish(now)
    const priced = offer.slots.filter((slot) => slot.listed && !slot.suspended)
    if (priced.length === 0) return this.#resume(now, offer)
    const all = random.chance(0.1)
    const affected = all ? priced : [random.pick(priced)]
    for (const slot of affected) slot.suspended = true
    const odds = random.chance(0.8) ? null : ""
    return shown(offer).map((one) => one.update(affected, this.#stamp(now, one.book.name), odds))
  }

  #resume(now: number, at?: Offer): ReadonlyArray<OfferEvent> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const offer = at ?? this.#pick()
      if (offer === undefined) break
      const affected = offer.slots.filter((slot) => slot.listed && slot.suspended)
      if (affected.length === 0) continue
      for (const slot of affected) slot.suspended = false
      return shown(offer).map((one) => one.update(affected, this.#stamp(now, one.book.name)))
    }
    return this.#move(now)
  }

  #gameUpdate(now: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const offer = this.#pick()
    if (offer === undefined) return this.#publish(now)
    const alternates = offer.slots.filter((slot) => !slot.market.main)
    if (alternates.length > 0 && random.chance(0.5)) {
      const slot = random.pick(alternates)
      slot.listed = !slot.listed
    }
    for (const slot of offer.slots) slot.noise = pull(slot.noise + random.normal() * 0.01, 0.4)
    // Both within one millisecond, as the real feed does.
    const listed = offer.slots.filter((slot) => slot.listed)
    const repeated = random.chance(0.7) && listed.length > 0 ? [random.pick(listed)] : []
    return shown(offer).flatMap((one) => {
      const full = one.full("game_update", this.#stamp(now, one.book.name))
      return repeated.length === 0 ? [full] : [full, one.update(repeated, this.#stamp(now, one.book.name))]
    })
  }

  #remove(now: number): ReadonlyArray<OfferEvent> {
    const offer = this.#pick()
    if (offer === undefined) return this.#publish(now)
    if (offer.fixture.pinned) return this.#move(now)
    return this.#close(offer, now)
  }

  #close(offer: Offer, now: number): ReadonlyArray<OfferEvent> {
    const gone = shown(offer)
    for (const one of gone) {
      one.open = false
      this.#returning.push(one)
    }
    return gone.map((one) => one.removed(this.#stamp(now, one.book.name)))
  }

  #replace(now: number): ReadonlyArray<OfferEvent> {
    const candidates = this.#fixtures.filter((fixture) => !fixture.pinned)
    if (candidates.length === 0) return this.#move(now)
    return this.#replaceWith(this.#random.pick(candidates), now)
  }

  /** This game is over at all books, and another takes its place. */
  #replaceWith(over: Fixture, now: number): ReadonlyArray<OfferEvent> {
    const gone: Array<OfferEvent> = []
    for (const offer of this.#offers) {
      if (offer.fixture === over) gone.push(...this.#close(offer, now))
    }
    this.#offers = this.#offers.filter((offer) => offer.fixture !== over)
    for (let index = this.#returning.length - 1; index >= 0; index--) {
      if (this.#returning[index]!.fixture === over) this.#returning.splice(index, 1)
    }
    this.#fixtures.splice(this.#fixtures.indexOf(over), 1)
    this.#timetable?.delete(over)
    const before = this.#offers.length
    this.#addFixture(now)
    for (const offer of this.#offers.slice(before)) {
      for (const one of withClone(offer)) {
        one.open = false
        this.#returning.push(one)
      }
    }
    return gone.length > 0 ? gone : this.#publish(now)
  }

  #clearSome(now: number, sport: string | undefined): ReadonlyArray<OfferEvent> {
    return this.clear(this.#random.pick(this.#books).name, sport, now)
  }

  /**
   * A book takes down all its games, or those of one sport: one clear, whatever it is about. They come back one by one,
   * as the world goes on.
   */
  clear(sportsbook: string, sport: string | undefined, nowMillis: number): ReadonlyArray<OfferEvent> {
    for (const offer of this.#offers.flatMap(withClone)) {
      if (offer.open && offer.book.name === sportsbook && (sport === undefined || offer.fixture.sport === sport)) {
        offer.open = false
        this.#returning.push(offer)
      }
    }
    // What a clear leaves out arrives as `{}`: PROTOCOL, "Messages".
    const empty = { game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} }
    const stamp = this.#stamp(nowMillis, sportsbook)
    const message: FeedMessage = sport === undefined
      ? { timestamp: stamp, action: "book_clear", data: { sport: {}, sportsbook, ...empty } }
      : { timestamp: stamp, action: "sport_clear", data: { sport, sportsbook, ...empty } }
    return [{ message, text: JSON.stringify(message) }]
  }

  /** A book takes down one game, which comes back as the world goes on. Nothing where it does not show it. */
  remove(sportsbook: string, game: string, nowMillis: number): ReadonlyArray<OfferEvent> {
    const offer = this.#offers.flatMap(withClone).find((one) =>
      one.open && one.book.name === sportsbook && one.game === game
    )
    if (offer === undefined) return []
    offer.open = false
    this.#returning.push(offer)
    return [offer.removed(this.#stamp(nowMillis, sportsbook))]
  }

  /** A game that was gone, or is new, is shown. */
  #publish(now: number): ReadonlyArray<OfferEvent> {
    const offer = this.#returning.shift()
    // Nothing is shown and nothing is waiting: cannot be while there is a game, since what closes waits to return.
    if (offer === undefined) throw new Error("The simulated world has no game left")
    offer.open = true
    return [offer.full(this.#random.chance(0.1) ? "game_added" : "game_update", this.#stamp(now, offer.book.name))]
  }

  /** An offer that is shown, the pinned ones more often; undefined where none is. */
  #pick(): Offer | undefined {
    if (this.#pinned.length > 0 && this.#random.chance(0.1)) {
      const offer = this.#random.pick(this.#pinned)
      if (offer.open) return offer
    }
    for (let attempt = 0; attempt < 50; attempt++) {
      const offer = this.#random.pick(this.#offers)
      // Of a living world most is about the games that are under way.
      if (offer.open && (this.#timetable === undefined || this.#isRunning(offer) || this.#random.chance(0.4))) {
        return offer
      }
    }
    return this.#offers.find((offer) => offer.open)
  }

  #isRunning({ fixture }: Offer): boolean {
    return this.#timetable?.isRunning(fixture) === true
  }

  /**
   * Not monotone across books: each message may be stamped up to 40 ms before now. Within a book time does not run
   * backwards: a client can tell by it that an update is older than a removal.
   */
  #stamp(now: number, sportsbook: string): string {
    this.#micros = (this.#micros + 1 + this.#random.int(200)) % 1000
    const stamp = timestamp(now - (this.#random.chance(0.1) ? this.#random.int(40) : 0), this.#micros)
    const last = this.#stamped.get(sportsbook)
    if (last !== undefined && last > stamp) return last
    this.#stamped.set(sportsbook, stamp)
    return stamp
  }

  #addExamples(): void {
    const baseball = this.#leagues.find((league) => league.sport === "MLB")
    const soccer = this.#leagues.find((league) => league.sport === "Brazil Serie A")
    if (baseball !== undefined) {
      const [home, away] = ["San Francisco Giants", "Philadelphia Phillies"]
      this.#addAt(baseball, home, away, this.#startOr("2025-07-07", 21 * 60 + 45), exampleGames[0])
    }
    if (soccer !== undefined) {
      this.#addAt(soccer, "Corinthians", "Bragantino", this.#startOr("2025-07-13", 18 * 60), exampleGames[1])
    }
  }

  /** Two games of the same teams on one day: only the key's last part tells them apart. */
  #addDoubleheader(): void {
    const league = this.#leagues.find(({ sport }) => sport === "MLB")
    if (league === undefined) return
    const date = this.#timetable?.dayOfDoubleheader() ?? this.#date
    this.#addAt(league, "Boston Red Sox", "Tampa Bay Rays", { date, minute: 13 * 60 + 35 })
    this.#addAt(league, "Boston Red Sox", "Tampa Bay Rays", { date, minute: 19 * 60 + 10 })
  }

  /** The start of a game of the beginning; this one where the world has no clock. */
  #startOr(date: string, minute: number): EasternMinute {
    return this.#timetable === undefined ? { date, minute } : easternOf(this.#timetable.firstStart())
  }

  /** `now`: it takes the place of another. */
  #addFixture(now?: number): void {
    const random = this.#random
    const total = this.#leagues.reduce((sum, league) => sum + league.weight, 0)
    let roll = random.next() * total
    const league = this.#leagues.find((one) => (roll -= one.weight) < 0) ?? this.#leagues[0]!
    // Nobody plays twice a day against the same side, the doubleheader apart; in a crowded league it cannot be helped.
    let pair = random.shuffle(league.sides)
    for (let attempt = 0; attempt < 10 && this.#meets(pair[0]!, pair[1]!); attempt++) {
      pair = random.shuffle(league.sides)
    }
    const [home, away] = pair as [string, string, ...Array<string>]
    const start = this.#timetable === undefined
      ? { date: this.#date, minute: 13 * 60 + random.int(42) * 15 + 5 }
      : easternOf(now === undefined ? this.#timetable.firstStart() : this.#timetable.laterStart(now))
    this.#addAt(league, home, away, start)
  }

  #meets(one: string, other: string): boolean {
    return this.#fixtures.some(({ home, away }) => (home === one && away === other) || (home === other && away === one))
  }

  #addAt(league: League, home: string, away: string, start: EasternMinute, pinnedKey?: string): void {
    const { date, minute: startMinute } = start
    const random = this.#random
    const universalId = random.hex(12)
    const flips = league.kind === "soccer" || league.kind === "fighting"
    const flippedUniversalId = flips ? random.hex(12) : universalId
    const byHour = pinnedKey !== undefined || this.#gameKeys === "hour" ||
      (this.#gameKeys === "mixed" && (league.kind === "soccer" || league.kind === "tennis"))
    const suffix = (id: string): string => byHour ? hourSuffix(startMinute) : id
    let key = pinnedKey ?? `${home} vs ${away}, ${date}, ${suffix(universalId)}`
    // Two games of one hour would share an old-style key; the real feed cannot tell such games apart either.
    if (this.#fixtures.some((fixture) => fixture.key === key || fixture.flippedKey === key)) {
      key = `${home} vs ${away}, ${date}, ${universalId}`
    }
    let flippedKey = flips ? `${away} vs ${home}, ${date}, ${suffix(flippedUniversalId)}` : key
    if (flips && this.#fixtures.some((fixture) => fixture.key === flippedKey || fixture.flippedKey === flippedKey)) {
      flippedKey = `${away} vs ${home}, ${date}, ${flippedUniversalId}`
    }
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
      markets: marketsFor(league, random, this.#players),
      pinned: pinnedKey !== undefined,
      drift: { strength: 0, scoring: 0 },
    }
    this.#fixtures.push(fixture)
    this.#timetable?.add(fixture)
    const clones = new Set(this.#books.flatMap((book) => book.clone ?? []))
    const before = this.#offers.length
    for (const book of this.#books) {
      // A clone is added with its twin; alone where the twin was left out.
      if (clones.has(book.name) && this.#books.some((other) => other.clone === book.name)) continue
      if (!fixture.pinned && !random.chance(book.coverage)) continue
      this.#offer(book, fixture)
    }
    if (this.#offers.length === before) this.#offer(this.#books.find((book) => !clones.has(book.name))!, fixture)
  }

  #offer(book: Sportsbook, fixture: Fixture): void {
    const offer = new Offer(book, fixture, this.#random)
    const twin = this.#books.find((other) => other.name === book.clone)
    if (twin !== undefined) offer.clone = new Offer(twin, fixture, this.#random, offer)
    this.#offers.push(offer)
    if (fixture.pinned) this.#pinned.push(offer)
  }
}

/** Those of an offer and its clone's that are shown: a clear takes one of two down. */
const shown = (offer: Offer): ReadonlyArray<Offer> => withClone(offer).filter((one) => one.open)

const withClone = (offer: Offer): ReadonlyArray<Offer> => offer.clone === undefined ? [offer] : [offer, offer.clone]

/** Keeps a wandering value within a band, softly. */
const pull = (value: number, band: number): number => Math.abs(value) > band ? value * 0.9 : value

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
