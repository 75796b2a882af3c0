/** Numbers from a seed. */

/** Choices, the same for the same seed. */
export interface Dice {
  /** At least 0, less than 1. */
  readonly next: () => number
  readonly chance: (probability: number) => boolean
  /** A whole number from 0, less than this. */
  readonly below: (limit: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

/** Mulberry32: small, and good enough to choose with. */
export const dice = (seed: number): Dice => {
  let state = Math.imul(seed, 0x9e3779b9) | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { next, below, chance: (probability) => next() < probability, pick: (from) => from[below(from.length)]! }
}
