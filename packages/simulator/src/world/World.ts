/** A made-up world of sports: games, sportsbooks, prices, and what happens to them. */
import { timestamp } from "@boltodds/feed-server"
import type { FeedMessage, InitialState } from "@boltodds/protocol"
import { Random } from "../Random.ts"
import { easternOf } from "./Eastern.ts"
import type { Fixture } from "./Fixture.ts"
import { Fixtures } from "./Fixtures.ts"
import type { Offer, OfferEvent } from "./Offer.ts"
import { Offers, shownOf, withClone } from "./Offers.ts"
import { Timetable } from "./Timetable.ts"
import { settingsOf, type WorldOptions, type WorldSettings } from "./WorldOptions.ts"

/**
 * The world. It has no timer: it changes only when a method is called. `initial`, `step`, `tell`, `clear` and `remove`
 * draw from one sequence of random numbers, so the same calls give the same messages.
 */
export class World {
  readonly #settings: WorldSettings
  readonly #random: Random
  /** Of a living world. */
  readonly #timetable: Timetable | undefined
  readonly #fixtures: Fixtures
  readonly #offers: Offers
  /** The latest timestamp of each sportsbook. */
  readonly #stamped = new Map<string, string>()
  #micros = 0

  /** Throws `RangeError` for an option that is not allowed. */
  constructor(options: WorldOptions = {}) {
    const settings = settingsOf(options)
    const { seed, books, now, timeSpeed } = settings
    this.#settings = settings
    this.#random = new Random(seed)
    this.#timetable = now === undefined ? undefined : new Timetable(this.#random, now, timeSpeed)
    this.#offers = new Offers(this.#random, books)
    this.#fixtures = new Fixtures(settings, this.#random, this.#timetable, (fixture) => this.#offers.add(fixture))
    this.#fixtures.begin()
  }

  /** The names of all sports that games may be of. */
  get sports(): ReadonlyArray<string> {
    return this.#settings.leagues.map((league) => league.sport)
  }

  /** The names of all sportsbooks. */
  get sportsbooks(): ReadonlyArray<string> {
    return this.#settings.books.map((book) => book.name)
  }

  /** Every game at every sportsbook that shows it, as an `initial_state`. */
  initial(nowMillis: number): ReadonlyArray<InitialState> {
    return this.#offers.shown
      .map((offer) => offer.full("initial_state", this.#stamp(nowMillis, offer.book.name)).message as InitialState)
  }

  /** Something happens. Returns the messages about it in their order; at least one. */
  step(nowMillis: number): ReadonlyArray<FeedMessage> {
    return this.tell(nowMillis).map(({ message }) => message)
  }

  /** {@link World.step}, with the JSON of each message. */
  tell(nowMillis: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const begun = this.#live(nowMillis)
    if (begun.length > 0) return begun
    if (this.#offers.isReturning && random.chance(0.4)) return this.#publish(nowMillis)
    const { thresholds, leagues } = this.#settings
    const roll = random.next() * thresholds[thresholds.length - 1]![1]
    const event = thresholds.find(([, threshold]) => roll < threshold)![0]
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
        return this.#clearSome(nowMillis, random.pick(leagues).sport)
      case "book_clear":
        return this.#clearSome(nowMillis, undefined)
    }
  }

  /**
   * A sportsbook takes down all its games, or those of one sport: one clear, even if it shows none of them. They come
   * back one by one in later steps.
   */
  clear(sportsbook: string, sport: string | undefined, nowMillis: number): ReadonlyArray<OfferEvent> {
    this.#offers.takeDown(
      this.#offers.shown.filter(({ book, fixture }) =>
        book.name === sportsbook && (sport === undefined || fixture.sport === sport)
      ),
    )
    // What a clear leaves out arrives as `{}`: PROTOCOL, "Messages".
    const empty = { game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} }
    const stamp = this.#stamp(nowMillis, sportsbook)
    const message: FeedMessage = sport === undefined
      ? { timestamp: stamp, action: "book_clear", data: { sport: {}, sportsbook, ...empty } }
      : { timestamp: stamp, action: "sport_clear", data: { sport, sportsbook, ...empty } }
    return [{ message, text: JSON.stringify(message) }]
  }

  /** A sportsbook takes down one game, which comes back in a later step. Empty if it does not show the game. */
  remove(sportsbook: string, game: string, nowMillis: number): ReadonlyArray<OfferEvent> {
    const offer = this.#offers.shown.find((one) => one.book.name === sportsbook && one.game === game)
    if (offer === undefined) return []
    this.#offers.takeDown([offer])
    return [offer.removed(this.#stamp(nowMillis, sportsbook))]
  }

  // The clock

  /** What the clock brings: a game starts or ends. Empty if the world has no clock. */
  #live(now: number): ReadonlyArray<OfferEvent> {
    const due = this.#timetable?.due(now)
    if (due === undefined) return []
    if (due.what === "start") return this.#start(due.fixture, now)
    return due.fixture.pinned ? this.#putOff(due.fixture, now) : this.#replaceWith(due.fixture, now)
  }

  /** A game starts: half of its markets close, but no main market. */
  #start(fixture: Fixture, now: number): ReadonlyArray<OfferEvent> {
    this.#timetable!.start(fixture)
    return this.#offers.of(fixture).flatMap((offer) => {
      for (const slot of offer.slots) {
        if (!slot.market.main && slot.listed && this.#random.chance(0.5)) slot.listed = false
      }
      return this.#full(offer, now)
    })
  }

  /** A pinned game is over and is played once more: all its markets are back, with a later start. */
  #putOff(fixture: Fixture, now: number): ReadonlyArray<OfferEvent> {
    const timetable = this.#timetable!
    timetable.delete(fixture)
    const { date, minute } = easternOf(timetable.laterStart(now))
    fixture.date = date
    fixture.startMinute = minute
    timetable.add(fixture)
    return this.#offers.of(fixture).flatMap((offer) => {
      for (const slot of offer.slots) slot.listed = true
      for (const one of withClone(offer)) one.putOff()
      return this.#full(offer, now)
    })
  }

  #full(offer: Offer, now: number): ReadonlyArray<OfferEvent> {
    return shownOf(offer).map((one) => one.full("game_update", this.#stamp(now, one.book.name)))
  }

  // The events

  #move(now: number): ReadonlyArray<OfferEvent> {
    const random = this.#random
    const offer = this.#pick()
    if (offer === undefined) return this.#publish(now)
    const { drift } = offer.fixture
    const heat = this.#isRunning(offer) ? 2 : 1
    // An event of the game concerns every sportsbook; each one follows when it is picked.
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
    return shownOf(offer).map((one) => one.update(moved, this.#stamp(now, one.book.name)))
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
    return shownOf(offer).map((one) => one.update(affected, this.#stamp(now, one.book.name), odds))
  }

  #resume(now: number, at?: Offer): ReadonlyArray<OfferEvent> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const offer = at ?? this.#pick()
      if (offer === undefined) break
      const affected = offer.slots.filter((slot) => slot.listed && slot.suspended)
      if (affected.length === 0) continue
      for (const slot of affected) slot.suspended = false
      return shownOf(offer).map((one) => one.update(affected, this.#stamp(now, one.book.name)))
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
    // Both within one millisecond, as in the real feed.
    const listed = offer.slots.filter((slot) => slot.listed)
    const repeated = random.chance(0.7) && listed.length > 0 ? [random.pick(listed)] : []
    return shownOf(offer).flatMap((one) => {
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
    const gone = shownOf(offer)
    this.#offers.takeDown(gone)
    return gone.map((one) => one.removed(this.#stamp(now, one.book.name)))
  }

  #replace(now: number): ReadonlyArray<OfferEvent> {
    const candidates = this.#fixtures.list.filter((fixture) => !fixture.pinned)
    if (candidates.length === 0) return this.#move(now)
    return this.#replaceWith(this.#random.pick(candidates), now)
  }

  /** This game is over at all sportsbooks, and another takes its place. */
  #replaceWith(over: Fixture, now: number): ReadonlyArray<OfferEvent> {
    const gone = this.#offers.of(over).flatMap((offer) => this.#close(offer, now))
    this.#offers.delete(over)
    this.#fixtures.delete(over)
    const fixture = this.#fixtures.add(now)
    this.#offers.takeDown(this.#offers.of(fixture).flatMap(withClone))
    return gone.length > 0 ? gone : this.#publish(now)
  }

  #clearSome(now: number, sport: string | undefined): ReadonlyArray<OfferEvent> {
    return this.clear(this.#random.pick(this.#settings.books).name, sport, now)
  }

  /** A game that was gone, or is new, is shown. */
  #publish(now: number): ReadonlyArray<OfferEvent> {
    const offer = this.#offers.publish()
    return [offer.full(this.#random.chance(0.1) ? "game_added" : "game_update", this.#stamp(now, offer.book.name))]
  }

  /** Most of what happens in a living world is about running games. */
  #pick(): Offer | undefined {
    return this.#offers.pick((offer) => this.#timetable === undefined || this.#isRunning(offer))
  }

  #isRunning({ fixture }: Offer): boolean {
    return this.#timetable?.isRunning(fixture) === true
  }

  /**
   * Not monotone across sportsbooks: a message may be stamped up to 40 ms before now. Within a sportsbook time does not
   * go backwards: a client can see by it that an update is older than a removal.
   */
  #stamp(now: number, sportsbook: string): string {
    this.#micros = (this.#micros + 1 + this.#random.int(200)) % 1000
    const stamp = timestamp(now - (this.#random.chance(0.1) ? this.#random.int(40) : 0), this.#micros)
    const last = this.#stamped.get(sportsbook)
    if (last !== undefined && last > stamp) return last
    this.#stamped.set(sportsbook, stamp)
    return stamp
  }
}

/** Keeps a drifting value within a band, softly. */
const pull = (value: number, band: number): number => Math.abs(value) > band ? value * 0.9 : value
