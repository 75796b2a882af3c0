/** What all comparisons of a run found, added up. */
import { type Difference, type DifferenceKind, differenceKinds } from "./differences.ts"
import type { GameVerdict } from "./Comparison.ts"

/** Differences of one sportsbook, by kind. */
export interface SportsbookDifferences {
  readonly sportsbook: string
  readonly kinds: Readonly<Partial<Record<DifferenceKind, number>>>
}

/** The report, as `--json` prints it. */
export interface VerifyReport {
  readonly comparisons: number
  /** Comparisons that came to no end, with the reason. */
  readonly inconclusive: ReadonlyArray<string>
  readonly games: number
  readonly lines: number
  /** Contradictions: the book held claimed something live that the snapshot does not say. */
  readonly differences: number
  readonly sportsbooks: ReadonlyArray<SportsbookDifferences>
  /** Differences of what the book held did not claim to know. */
  readonly unclaimed: number
  /** Differences of a moment. */
  readonly races: number
  /** The first 20 differences. */
  readonly examples: ReadonlyArray<Difference>
}

const mostExamples = 20

/** Adds up verdicts. */
export class VerifyTotals {
  readonly #kinds = new Map<string, Map<DifferenceKind, number>>()
  readonly #examples: Array<Difference> = []
  readonly #inconclusive: Array<string> = []
  #comparisons = 0
  #games = 0
  #lines = 0
  #differences = 0
  #unclaimed = 0
  #races = 0

  add({ games, lines, differences, unclaimed, races }: GameVerdict): void {
    this.#comparisons++
    this.#games += games
    this.#lines += lines
    this.#differences += differences.length
    this.#unclaimed += unclaimed.length
    this.#races += races
    for (const difference of differences) {
      const kinds = this.#kinds.get(difference.sportsbook) ?? new Map<DifferenceKind, number>()
      kinds.set(difference.kind, (kinds.get(difference.kind) ?? 0) + 1)
      this.#kinds.set(difference.sportsbook, kinds)
      if (this.#examples.length < mostExamples) this.#examples.push(difference)
    }
  }

  /** A comparison that came to no end. */
  addInconclusive(reason: string): void {
    this.#inconclusive.push(reason)
  }

  get report(): VerifyReport {
    const sportsbooks = [...this.#kinds].map(([sportsbook, kinds]) => ({
      sportsbook,
      kinds: Object.fromEntries(differenceKinds.flatMap((kind) => kinds.has(kind) ? [[kind, kinds.get(kind)!]] : [])),
    }))
    return {
      comparisons: this.#comparisons,
      inconclusive: this.#inconclusive,
      games: this.#games,
      lines: this.#lines,
      differences: this.#differences,
      sportsbooks: sportsbooks.sort((a, b) => a.sportsbook < b.sportsbook ? -1 : 1),
      unclaimed: this.#unclaimed,
      races: this.#races,
      examples: this.#examples,
    }
  }
}
