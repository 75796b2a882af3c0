/** Books that take everything down. */
import type { Behavior } from "./Behavior.ts"

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

/** The same with `sport_clear`: at each of the books, all games of one sport. */
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
