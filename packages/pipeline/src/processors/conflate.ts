/** The processor `conflate`: the newest record of each line, at intervals. */
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
import type { Processor, RecordEnvelope } from "./Processor.ts"

/** Options of {@link conflate}. */
export interface ConflateOptions {
  /** How long the first change of an interval may be held. More than zero. */
  readonly every: Duration.Duration
  /**
   * Whether a suspension, closing or invalidation passes alone. Default false: held records come out with it, in order.
   *
   * With false, a feed with many suspensions merges little, because each suspension ends the interval. With true, an
   * interval lasts its full time, but `seq` rises only within a line, and other lines can be up to `every` older than the
   * highest `seq` that the reader has received. A reader must then not skip a record because its `seq` is lower.
   */
  readonly overtake?: boolean | undefined
}

/**
 * Holds changes for an interval and passes on the newest of each line, merged by `compose`: `previous_odds` is the
 * price that the reader last received, and `merged` the number of changes in it. A line that was opened and closed
 * within the interval is left out.
 *
 * An interval begins with the first change that is held and lasts `every` by the time of the records. Suspensions,
 * closings and invalidations pass at once, with the records held before them, so that no price counts as live at a
 * `seq` at which it was over. So do snapshots. Before every control, all held records come out.
 *
 * Whenever records have come out, folding all output gives the same book as folding all input.
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

/** The held records of one game. Its opening keeps its place, because it must come before the lines. */
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
      // During a resnapshot the reader has no book.
      isWhole ||= envelope.value.cause === "snapshot"
      if (this.#hold(envelope)) {
        if (this.#overtake) out.push(this.#takeUrgent(envelope.value))
        else out.push(...this.flush())
      } else if (this.#games.size > 0) this.#due ??= envelope.at + this.#every
    }
    // The rest of a group that has come out in part follows, because readers act on whole groups.
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
    // The records of a snapshot share one `seq`, so they keep their order: the game before its lines.
    return out.sort((a, b) => a.seq - b.seq)
  }

  /** Merges a record into the held ones. True: it must pass at once. */
  #hold(envelope: RecordEnvelope<Change>): boolean {
    const { value } = envelope
    return isLineChange(value) ? this.#holdLine(envelope, value) : this.#holdGame(envelope, value)
  }

  #holdLine(envelope: RecordEnvelope<Change>, change: LineChange): boolean {
    const { lines } = this.#gameOf(change)
    const older = lines.get(change.outcome)
    const merged = older === undefined ? change : compose(older.value, change)
    // Moves to the end, so that the order is that of `seq`.
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
    // An opening or a closing replaces all lines before it.
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

  /** Forgets a game without held records, and the deadline if no game has any. */
  #letGo(change: Change): void {
    const { opened, amended, lines } = this.#gameOf(change)
    if (opened === undefined && amended === undefined && lines.size === 0) {
      this.#games.delete(gameId(change.sportsbook, change.game))
    }
    if (this.#games.size === 0) this.#due = undefined
  }
}

/** The newest envelope with a merged change in it, and the `last` of the newest. */
const holding = (envelope: RecordEnvelope<Change>, change: Change | undefined): Held<Change> =>
  withValue(envelope, change ?? envelope.value) as Held<Change>
