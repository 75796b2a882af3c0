/** The processor `minMove`: only moves that matter. */
import { type Change, compose, isLineChange, type LineChange } from "@boltodds/protocol"
import { withValue } from "@boltodds/sink"
import { isInvalidation, isStart } from "./controls.ts"
import { immediate } from "./immediate.ts"
import { LineTable } from "./LineTable.ts"
import type { Processor } from "./Processor.ts"

/** The smallest move that {@link minMove} passes on. */
export type MinMoveOptions =
  /** In American cents: the distance without the gap from -100 to +100, so -105 to +105 is 10. */
  | { readonly cents: number }
  /** In implied probability, the bookmaker's margin included: -100 to -105 is 0.012. */
  | { readonly probability: number }

/**
 * Leaves out `line_moved` where only the price moved, by less than this from the price that its reader was last told.
 *
 * Of a line whose past it has not seen (a `where` before it lets lines in) the reader was told nothing: what counts is
 * the distance from the `previous_odds` of the first record. Until the price is that far from it the reader does not
 * know the line. In a run that was resumed the reader may know such a line, and its first record passes. So put it
 * before conditions on what changes, such as `odds`: then it sees every line from its opening. Put it before `conflate`
 * too: behind it, a price may be newer than the highest `seq` of the reader, since the record with that `seq` was left out.
 *
 * **Its reader's prices are then off by up to that much**, never by as much or more: many small moves in one direction
 * are told once they add up. That is what this processor is for; do not bet on such prices to the cent.
 *
 * Everything else passes: moves of the number, the market, the target or the side, suspensions, resumptions, openings,
 * closings, amendments, what was found after a gap, and of each line the first record after a control that puts lines in
 * doubt, since it confirms the line. What passes carries the exact price, and in `previous_odds` what the reader was
 * last told (`merged` counts what was left out before it).
 *
 * @example
 * ```ts
 * import { changes, minMove, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({ name: "steam", emit: changes(), processor: () => minMove({ cents: 10 }), sink: stdout() })
 * route({ name: "shifts", emit: changes(), processor: () => minMove({ probability: 0.01 }), sink: stdout() })
 * ```
 */
export const minMove = (options: MinMoveOptions): Processor<Change, Change> => {
  const { scale, least } = measureOf(options)
  const lines = new LineTable<LastSent>()
  let doubts = 0
  let isResumed = false

  /** Whether the reader, who was told this, need not hear of that. */
  const isSmall = ({ line, doubt }: LastSent, change: LineChange): boolean =>
    change.change === "line_moved" && change.cause === "feed" && (doubt === doubts || doubt === undefined) &&
    line.unverified !== true && change.unverified !== true &&
    line.odds !== null && change.odds !== null && isSameBet(line, change) &&
    Math.abs(scale(change.odds) - scale(line.odds)) < least - rounding

  return immediate((envelope) => {
    const change = envelope.value
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const told = lines.get(change) ?? (isResumed ? undefined : untold(change))
    const whole = told?.withheld === undefined ? change : compose(told.withheld, change) as LineChange
    if (told !== undefined && isSmall(told, change)) {
      told.withheld = whole
      lines.set(change, told)
      return undefined
    }
    if (change.change === "line_closed") {
      lines.delete(change)
      // Its reader never heard of the line.
      if (told !== undefined && told.doubt === undefined) return undefined
    } else lines.set(change, { line: whole, doubt: doubts, withheld: undefined })
    return whole === change ? envelope : withValue<Change>(envelope, whole)
  }, (control) => {
    if (isStart(control)) {
      lines.clear()
      isResumed = false
    } else if ("control" in control && control.control === "stream_resumed") {
      lines.clear()
      isResumed = true
    } else if (isInvalidation(control)) doubts++
    return undefined
  })
}

interface LastSent {
  readonly line: LineChange
  /** How many controls had put lines in doubt when it was told; undefined where it was not told at all. */
  readonly doubt: number | undefined
  /** All that was left out since, as one change. */
  withheld: LineChange | undefined
}

/** A line whose first record is a move: as it was before, of which the reader was not told. */
const untold = (change: LineChange): LastSent | undefined =>
  change.change === "line_moved" && change.previous_odds !== null && change.previous_odds !== change.odds &&
    change.previous_line === change.line
    ? { line: { ...change, odds: change.previous_odds }, doubt: undefined, withheld: undefined }
    : undefined

/** Differences that are only the computer's: 0.51 - 0.50 is not quite 0.01. */
const rounding = 1e-9

/** American odds as a number without the gap between -100 and +100, which are the same price. */
const centsOf = (odds: number): number => odds > 0 ? odds - 100 : odds + 100

/** What American odds imply, the bookmaker's margin included. */
const probabilityOf = (odds: number): number => odds > 0 ? 100 / (odds + 100) : odds / (odds - 100)

const measureOf = (
  options: MinMoveOptions,
): { readonly scale: (odds: number) => number; readonly least: number } => {
  const [name, least, scale] = "cents" in options
    ? ["cents", options.cents, centsOf] as const
    : ["probability", options.probability, probabilityOf] as const
  if (least > 0 && least < Infinity) return { scale, least }
  throw new RangeError(`Cannot leave out small moves: ${name} must be more than 0: current value is ${least}`)
}

const isSameBet = (a: LineChange, b: LineChange): boolean =>
  a.market === b.market && a.target === b.target && a.target_kind === b.target_kind && a.side === b.side &&
  a.line === b.line
