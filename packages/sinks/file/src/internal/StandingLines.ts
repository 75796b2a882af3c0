/**
 * What was written to many series, and is written again ahead of the next record of a series that had no file then.
 *
 * The newest line of each kind and scope is kept. The feed names sports, sportsbooks and games, so the number of lines
 * and their length are bounded.
 */
import type { Envelope } from "@boltodds/sink"
import type { PathValues } from "../PathTemplate.ts"
import { field, keyOf } from "./valuesOf.ts"

/** A line that is written again to a series that comes later. */
export interface StandingLine {
  readonly order: number
  /** What it is about. */
  readonly values: PathValues
  readonly text: string
}

/** How many lines are kept, and how many characters of text. Beyond either the oldest half is forgotten. */
export const mostStanding = { lines: 10_000, characters: 16 * 1024 * 1024 }

/** What is to be forgotten. */
export interface OldestLines {
  readonly keys: ReadonlyArray<string>
  /** Those among them that a series which begins later would need. */
  readonly needed: ReadonlyArray<StandingLine>
}

/** The lines, as they stand after a batch. A batch changes a copy, which takes effect once it is written. */
export class StandingLines {
  readonly #lines: Map<string, StandingLine>
  #characters = 0
  #order = 0
  #isIncomplete = false

  constructor(from?: StandingLines) {
    this.#lines = new Map(from === undefined ? [] : from.#lines)
    if (from === undefined) return
    this.#characters = from.#characters
    this.#order = from.#order
    this.#isIncomplete = from.#isIncomplete
  }

  /** The number of the newest line. */
  get order(): number {
    return this.#order
  }

  /** A line was forgotten that a series which begins now would need. */
  get isIncomplete(): boolean {
    return this.#isIncomplete
  }

  /** Whether more is kept than may be. */
  get isFull(): boolean {
    return this.#lines.size > mostStanding.lines || this.#characters > mostStanding.characters
  }

  [Symbol.iterator](): Iterator<StandingLine> {
    return this.#lines.values()
  }

  /** Keeps a line, in place of an older one of its kind and scope. */
  add(envelope: Envelope<unknown>, scope: PathValues, kind: string | undefined): void {
    if (envelope._tag === "Control" && kind === "stream_started") {
      // A reader of this forgets all before it. A header stays where it belongs, at the beginning.
      for (const key of this.#lines.keys()) if (key !== preamble) this.#remove(key)
      this.#isIncomplete = false
    }
    const { sport, sportsbook, game, session } = scope
    const outcome = field(envelope.value, "outcome")
    const reason = kind === "dropped" || kind === "stale" ? field(envelope.value, "reason") : undefined
    const key = envelope.seq === 0 ? preamble : keyOf([kind, sport, sportsbook, game, session, outcome, reason])
    this.#remove(key)
    this.#order += 1
    this.#characters += envelope.text.length
    this.#lines.set(key, { order: this.#order, values: scope, text: envelope.text })
  }

  /**
   * The oldest lines, without which half of the bound is left: first those about one game, which say nothing to a reader
   * that does not know the game. Lines about the whole run stay.
   */
  oldest(): OldestLines {
    const keys: Array<string> = []
    const needed: Array<StandingLine> = []
    let lines = this.#lines.size
    let characters = this.#characters
    for (const ofGames of [true, false]) {
      for (const [key, line] of this.#lines) {
        if (lines <= mostStanding.lines / 2 && characters <= mostStanding.characters / 2) break
        if (line.values.session === undefined || (line.values.game !== undefined) !== ofGames) continue
        keys.push(key)
        lines -= 1
        characters -= line.text.length
        if (!ofGames) needed.push(line)
      }
    }
    return { keys, needed }
  }

  /** Forgets lines. `areNeeded`: a series that begins from here on would need one of them. */
  forget(keys: ReadonlyArray<string>, areNeeded: boolean): void {
    for (const key of keys) this.#remove(key)
    if (areNeeded) this.#isIncomplete = true
  }

  #remove(key: string): void {
    this.#characters -= this.#lines.get(key)?.text.length ?? 0
    this.#lines.delete(key)
  }
}

const preamble = "preamble"
