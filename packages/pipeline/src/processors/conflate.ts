/** The processor `conflate`: the newest of each line, at intervals. */
import {
  type Change,
  compose,
  type GameChange,
  gameId,
  isLineChange,
  type LineChange,
  type Millis,
} from "@boltodds/protocol"
import { type Envelope, withValue } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type { RecordEnvelope } from "./immediate.ts"
import type { Processor } from "./Processor.ts"

/** How {@link conflate} merges. */
export interface ConflateOptions {
  /** How long the first change of an interval may be held. More than zero. */
  readonly every: Duration.Duration
  /**
   * Whether a suspension, a closing or a doubt goes ahead alone. Default false: what is held goes out with it, in order.
   *
   * In a feed with many suspensions a second that merges little, since each of them ends the interval. With true
   * an interval lasts as long as it says, but `seq` rises only within a line, and other lines may be up to `every` older
   * than the highest `seq` that the reader has received: then nobody may pass over a record because its `seq` is lower.
   */
  readonly overtake?: boolean | undefined
}

/**
 * Holds changes for an interval and passes on the newest of each line, merged by `compose`: `previous_odds` is what the
 * reader last had, `merged` how many are in it; a line that was opened and closed meanwhile is not told at all.
 *
 * An interval begins with the first change that is held and lasts `every` by the time of the records. Suspensions,
 * closings and doubts about what the reader has are passed on at once, and so are the records held before them, so that
 * no price is believed at a `seq` at which it was over. So is a snapshot, and before every control all that is held
 * comes out.
 *
 * Whenever something has come out, folding all that came out gives the same book as folding all that went in.
 *
 * @example
 * ```ts
 * import { changes, conflate, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 * import * as Duration from "effect/Duration"
 *
 * route({
 *   name: "board",
 *   emit: changes(),
 *   processor: () => conflate({ every: Duration.millis(250) }),
 *   sink: stdout(),
 * })
 * ```
 */
export const conflate = (options: ConflateOptions): Processor<Change, Change> => new Conflation(options)

type Held<A extends Change> = RecordEnvelope<A>

/** What is held of one game. Its opening stays where it was, for it must stand before the lines. */
interface HeldGame {
  opened: Held<Change> | undefined
  /** Amended, or closed. */
  amended: Held<Change> | undefined
  readonly lines: Map<string, Held<Change>>
}

const none: ReadonlyArray<never> = []

class Conflation implements Processor<Change, Change> {
  readonly #every: Millis
  readonly #overtake: boolean
  readonly #games = new Map<string, HeldGame>()
  #due: Millis | undefined

  constructor({ every, overtake }: ConflateOptions) {
    this.#every = Duration.toMillis(every)
    this.#overtake = overtake ?? false
    if (!(this.#every > 0)) {
      throw new RangeError(`Cannot conflate: every must be more than zero: current value is ${this.#every} ms`)
    }
  }

  push(records: ReadonlyArray<Envelope<Change>>): ReadonlyArray<Envelope<Change>> {
    const out: Array<Envelope<Change>> = []
    let isWhole = false
    for (const envelope of records) {
      if (envelope._tag !== "Record") continue
      // A reader who is told the book again has none meanwhile.
      isWhole ||= envelope.value.cause === "snapshot"
      if (this.#hold(envelope)) {
        if (this.#overtake) out.push(this.#takeUrgent(envelope.value))
        else out.push(...this.flush())
      } else if (this.#games.size > 0) this.#due ??= envelope.at + this.#every
    }
    // The rest of a group that has come out in part: readers act on whole groups.
    if (isWhole || (out.length > 0 && !this.#overtake)) out.push(...this.flush())
    return out
  }

  dueAt(): Millis | undefined {
    return this.#due
  }

  advance(): ReadonlyArray<Envelope<Change>> {
    return this.flush()
  }

  flush(): ReadonlyArray<Envelope<Change>> {
    this.#due = undefined
    if (this.#games.size === 0) return none
    const out: Array<Envelope<Change>> = []
    for (const { opened, amended, lines } of this.#games.values()) {
      if (opened !== undefined) out.push(opened)
      if (amended !== undefined) out.push(amended)
      out.push(...lines.values())
    }
    this.#games.clear()
    // The records of a snapshot have one number: they stay as they stand, the game before its lines.
    return out.sort((a, b) => a.seq - b.seq)
  }

  /** Merges a record into what is held. True: the reader must hear of it now. */
  #hold(envelope: RecordEnvelope<Change>): boolean {
    const { value } = envelope
    return isLineChange(value) ? this.#holdLine(envelope, value) : this.#holdGame(envelope, value)
  }

  #holdLine(envelope: RecordEnvelope<Change>, change: LineChange): boolean {
    const { lines } = this.#gameOf(change)
    const older = lines.get(change.outcome)
    const merged = older === undefined ? change : compose(older.value, change)
    // To the end: in the order of the numbers.
    lines.delete(change.outcome)
    if (merged === undefined) {
      this.#letGo(change)
      return false
    }
    lines.set(change.outcome, holding(envelope, merged))
    return merged.change === "line_closed" || merged.change === "line_suspended" ||
      (merged.unverified === true && merged.change !== "line_opened")
  }

  #holdGame(envelope: RecordEnvelope<Change>, change: GameChange): boolean {
    const game = this.#gameOf(change)
    if (change.change === "game_amended") {
      game.amended = holding(envelope, game.amended === undefined ? change : compose(game.amended.value, change))
      return false
    }
    // An opening or a closing does away with all lines told before it.
    game.lines.clear()
    const amended = game.amended === undefined ? change : compose(game.amended.value, change)
    game.amended = undefined
    const whole = game.opened === undefined ? amended : amended && compose(game.opened.value, amended)
    game.opened = undefined
    if (whole === undefined) {
      this.#letGo(change)
      return false
    }
    game.opened = holding(envelope, whole)
    return whole.change === "game_closed" || ("reset" in whole && whole.reset === true)
  }

  #takeUrgent(change: Change): Envelope<Change> {
    const game = this.#gameOf(change)
    const urgent = isLineChange(change) ? game.lines.get(change.outcome)! : game.opened!
    if (isLineChange(change)) game.lines.delete(change.outcome)
    else game.opened = undefined
    this.#letGo(change)
    return urgent
  }

  #gameOf(change: Change): HeldGame {
    const id = gameId(change.sportsbook, change.game)
    let game = this.#games.get(id)
    if (game === undefined) {
      game = { opened: undefined, amended: undefined, lines: new Map() }
      this.#games.set(id, game)
    }
    return game
  }

  /** Forgets a game of which nothing is held, and the deadline where nothing is held at all. */
  #letGo(change: Change): void {
    const { opened, amended, lines } = this.#gameOf(change)
    if (opened === undefined && amended === undefined && lines.size === 0) {
      this.#games.delete(gameId(change.sportsbook, change.game))
    }
    if (this.#games.size === 0) this.#due = undefined
  }
}

/** The newest envelope around a merged change, which says of `last` what the newest did. */
const holding = (envelope: RecordEnvelope<Change>, change: Change | undefined): Held<Change> =>
  withValue(envelope, change ?? envelope.value) as Held<Change>
