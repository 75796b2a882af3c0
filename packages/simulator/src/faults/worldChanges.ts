/** Large changes of the world: clears, and a server that comes back with another world. */
import type { RestartOptions } from "../Options.ts"
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { scheduled } from "./scheduled.ts"
import { count, time } from "./Parameter.ts"
import { given, moments, whenOf } from "./schedules.ts"

/** What is cleared at once. */
export interface ClearOptions {
  /** How many sportsbooks. @default 1 */
  readonly books?: number | undefined
}

/**
 * Sportsbooks take down all their games, each with a `book_clear`; the world puts them up again one by one, by
 * `game_update` or `game_added`. `simulator.book()` goes along.
 */
export const bookClear = (options: ClearOptions = {}): Behavior => ({
  name: "book-clear",
  needsWorld: true,
  start: (_, host) => {
    for (const book of host.random().shuffle(host.sportsbooks()).slice(0, options.books ?? 1)) {
      host.struck()
      host.clear(book)
    }
  },
})

/** The same with `sport_clear`: at each of the sportsbooks, all games of one sport. */
export const sportClear = (options: ClearOptions = {}): Behavior => ({
  name: "sport-clear",
  needsWorld: true,
  start: (_, host) => {
    const random = host.random()
    for (const book of random.shuffle(host.sportsbooks()).slice(0, options.books ?? 1)) {
      const sports = host.sports(book)
      if (sports.length === 0) continue
      host.struck()
      host.clear(book, random.pick(sports))
    }
  },
})

/**
 * The server goes away with all its connections, and comes back with another world: other games, other odds. What a
 * client held before is no longer there, and no removal says so.
 */
export const restart = (options: {
  /** Of the world that it comes back with. @default another one each time */
  readonly seed?: number
  /** How long dials are reset. @default 0 */
  readonly downMillis?: number
  /** @default "abort" */
  readonly how?: RestartOptions["how"]
} = {}): Behavior => ({
  name: "restart",
  needsWorld: true,
  start: (_, host) => {
    host.struck()
    const { downMillis = 0, how = "abort", seed = host.random().int(2 ** 31) } = options
    host.restart({ downMillis, how, world: { seed } })
  },
})

/** The faults of this file. */
export const worldChanges: ReadonlyArray<Fault> = [
  fault({
    name: "book-clear",
    about: "Sportsbooks clear all their games, for real; they come back one by one.",
    client: "Closes all lines of that book and of no other.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, books: count("how many sportsbooks at once", "1") },
    make: (v) => scheduled(bookClear(given({ books: v.books })), whenOf(v)),
  }),
  fault({
    name: "sport-clear",
    about: "Sportsbooks clear all their games of one sport, for real; they come back one by one.",
    client: "Closes all lines of that sport at that book and of no other.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, books: count("how many sportsbooks at once", "1") },
    make: (v) => scheduled(sportClear(given({ books: v.books })), whenOf(v)),
  }),
  fault({
    name: "restart",
    about: "The server goes away and comes back with another world: other games, other odds, and no removals.",
    client: "After the snapshot has settled it closes what is no longer there.",
    needsWorld: true,
    momentary: true,
    parameters: {
      ...moments,
      seed: count("of the world that it comes back with", "another one each time", 0),
      down: time("how long dials are reset", "0s"),
    },
    make: (v) => scheduled(restart(given({ seed: v.seed, downMillis: v.down })), whenOf(v)),
  }),
]
