/** When the games of a living world start and end. */
import type { Random } from "../Random.ts"
import { easternOf, millisOf, nextDay } from "./Eastern.ts"
import type { Fixture } from "./Fixture.ts"

const minute = 60_000

/** Starts are at full five minutes, as in a printed program. */
const step = 5 * minute

/** The shortest game, and how much longer one may be. */
const shortest = 130 * minute
const spread = 40

/** What happens next in the life of a game. */
export interface Due {
  readonly fixture: Fixture
  readonly what: "start" | "end"
}

interface Times {
  readonly startsAt: number
  readonly endsAt: number
}

/**
 * Starts and ends of games, by a clock that begins at `now` and runs `speed` times as fast as the real one.
 *
 * A pinned game never ends: when its time is over it is put off, and starts again.
 */
export class Timetable {
  readonly #random: Random
  readonly #began: number
  readonly #speed: number
  readonly #times = new Map<Fixture, Times>()
  readonly #running = new Set<Fixture>()
  /** Real time of the next start or end. */
  #dueAt = Infinity

  constructor(random: Random, now: number, speed: number) {
    this.#random = random
    this.#began = now
    this.#speed = speed
  }

  /** A start for a game of the beginning: some are in play, some are about to start, the others follow in hours. */
  firstStart(): number {
    const roll = this.#random.next()
    if (roll < 0.3) return this.#at(-step * (1 + this.#random.int(24)))
    if (roll < 0.45) return this.#at(step * (1 + this.#random.int(3)))
    return this.#at(step * (4 + this.#random.int(104)))
  }

  /** A start for a game that takes the place of one that is over. */
  laterStart(now: number): number {
    return this.#at(this.#clock(now) - this.#began + step * (4 + this.#random.int(104)))
  }

  /** The day of a doubleheader at 13:35 and 19:10: today while the first may still be running. */
  dayOfDoubleheader(): string {
    const { date, minute } = easternOf(this.#began)
    return minute < 15 * 60 ? date : nextDay(date)
  }

  /** Takes a game in, whose date and minute are its start. */
  add(fixture: Fixture): void {
    const startsAt = millisOf({ date: fixture.date, minute: fixture.startMinute })
    this.#times.set(fixture, { startsAt, endsAt: startsAt + shortest + this.#random.int(spread) * minute })
    if (startsAt <= this.#began) this.#running.add(fixture)
    this.#plan()
  }

  /** The game is over. */
  delete(fixture: Fixture): void {
    this.#times.delete(fixture)
    this.#running.delete(fixture)
    this.#plan()
  }

  isRunning(fixture: Fixture): boolean {
    return this.#running.has(fixture)
  }

  /** The game begins. */
  start(fixture: Fixture): void {
    this.#running.add(fixture)
    this.#plan()
  }

  /** The earliest start or end whose time has come. */
  due(now: number): Due | undefined {
    if (now < this.#dueAt) return undefined
    const clock = this.#clock(now)
    let first: Fixture | undefined
    for (const fixture of this.#times.keys()) {
      if (first === undefined || this.#nextOf(fixture) < this.#nextOf(first)) first = fixture
    }
    if (first === undefined || this.#nextOf(first) > clock) return undefined
    return { fixture: first, what: this.#running.has(first) ? "end" : "start" }
  }

  #nextOf(fixture: Fixture): number {
    const { startsAt, endsAt } = this.#times.get(fixture)!
    return this.#running.has(fixture) ? endsAt : startsAt
  }

  #plan(): void {
    let next = Infinity
    for (const fixture of this.#times.keys()) next = Math.min(next, this.#nextOf(fixture))
    this.#dueAt = this.#began + (next - this.#began) / this.#speed
  }

  /** What the world's clock shows. */
  #clock(now: number): number {
    return this.#began + (now - this.#began) * this.#speed
  }

  #at(afterBeginning: number): number {
    return Math.floor((this.#began + afterBeginning) / step) * step
  }
}
