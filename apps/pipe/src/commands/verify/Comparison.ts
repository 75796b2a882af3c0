/** One comparison of the book held with a fresh snapshot, as it goes on. */
import { type BookGame, gameId } from "@boltodds/protocol"
import { type Difference, differencesOf } from "./differences.ts"

/** A game at a sportsbook, in the two readings of one moment. */
export interface SnapshotReading {
  readonly sportsbook: string
  readonly game: string
  readonly held: BookGame | undefined
  readonly fresh: BookGame | undefined
  /** The book held says of itself that this sportsbook is stale: it claims nothing of it. */
  readonly isStale: boolean
}

/** What one comparison found. */
export interface GameVerdict {
  /** Games compared. */
  readonly games: number
  /** Lines of the snapshot compared. */
  readonly lines: number
  /** The book held claimed something to be live that the snapshot contradicts. */
  readonly differences: ReadonlyArray<Difference>
  /** The same of what the book held did not claim: it was unverified. */
  readonly unclaimed: ReadonlyArray<Difference>
  /** Differences of a moment: one of the two readings was on its way, or moved in between. */
  readonly races: number
}

interface Open {
  readonly difference: Difference
  readonly since: number
}

/**
 * Keeps the differences that are open. A difference is one of the moment (a race) when both readings agree within
 * `graceMillis`, whichever moved; one that lasts longer is real. Where the book held stands still because its
 * connection had to end first, `mayHaveMoved` says which games can have changed in between.
 */
export class Comparison {
  readonly #graceMillis: number
  readonly #open = new Map<string, Open>()
  readonly #real = new Map<string, Difference>()
  readonly #games = new Set<string>()
  readonly #lines = new Map<string, number>()
  #races = 0

  constructor(graceMillis: number) {
    this.#graceMillis = graceMillis
  }

  /** Compares a game: what differs becomes open, what was open and agrees is over. */
  compare(reading: SnapshotReading, now: number, mayHaveMoved = false): void {
    const id = gameId(reading.sportsbook, reading.game)
    this.#games.add(id)
    this.#lines.set(id, reading.fresh?.lines.size ?? 0)
    const found = new Map(differencesOf(reading.held, reading.fresh, reading.isStale).map((one) => [keyOf(one), one]))
    if (mayHaveMoved) {
      this.#races += found.size
      return
    }
    for (const key of this.#open.keys()) {
      if (!isOf(key, id) || found.has(key)) continue
      this.#open.delete(key)
      // What was open for too long stays a difference, whatever ended it.
      if (!this.#real.has(key)) this.#races++
    }
    for (const [key, difference] of found) {
      const since = this.#open.get(key)?.since ?? now
      this.#open.set(key, { difference, since })
      if (now - since >= this.#graceMillis) this.#real.set(key, difference)
    }
  }

  /** The games with open differences: those to compare again. */
  get openGames(): ReadonlyArray<{ readonly sportsbook: string; readonly game: string }> {
    const games = new Map<string, { readonly sportsbook: string; readonly game: string }>()
    for (const { difference: { sportsbook, game } } of this.#open.values()) {
      games.set(gameId(sportsbook, game), { sportsbook, game })
    }
    return [...games.values()]
  }

  /** What is known at the end. Where the book held stood still, every open difference is real. */
  verdict(stoodStill: boolean): GameVerdict {
    if (stoodStill) { for (const [key, { difference }] of this.#open) this.#real.set(key, difference) }
    const all = [...this.#real.values()]
    const young = stoodStill ? 0 : [...this.#open.keys()].filter((key) => !this.#real.has(key)).length
    return {
      games: this.#games.size,
      lines: [...this.#lines.values()].reduce((sum, lines) => sum + lines, 0),
      differences: all.filter(({ isClaimed }) => isClaimed),
      unclaimed: all.filter(({ isClaimed }) => !isClaimed),
      races: this.#races + young,
    }
  }
}

const keyOf = ({ sportsbook, game, outcome }: Difference): string => `${gameId(sportsbook, game)}\u0001${outcome ?? ""}`
const isOf = (key: string, id: string): boolean => key.startsWith(`${id}\u0001`)
