/** The processor `minMove`: only moves that matter. */
import { type Change, compose, isLineChange, type LineChange } from "@boltodds/protocol"
import { withValue } from "@boltodds/sink"
import { isStart, raisesDoubt } from "../internal/controls.ts"
import { immediate } from "../internal/immediate.ts"
import { LineTable } from "../internal/LineTable.ts"
import type { Processor } from "../Processor.ts"

/** The smallest move that {@link minMove} passes on. */
export type MinMoveOptions =
  /** In American cents: the distance without the gap from -100 to +100, so -105 to +105 is 10. */
  | { readonly cents: number }
  /** In implied probability, the bookmaker's margin included: -100 to -105 is 0.012. */
  | { readonly probability: number }

/**
 * Leaves out `line_moved` where only the price moved, by less than this from the price that its reader was last told.
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
  const lines = new LineTable<Told>()
  let doubts = 0

  /** Whether the reader, who was told this, need not hear of that. */
  const isSmall = ({ line, doubt }: Told, change: LineChange): boolean =>
    change.change === "line_moved" && change.cause === "feed" && doubt === doubts &&
    line.unverified !== true && change.unverified !== true &&
    line.odds !== null && change.odds !== null && isSameBet(line, change) &&
    Math.abs(scale(change.odds) - scale(line.odds)) < least - rounding

  return immediate((envelope) => {
    const change = envelope.value
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const told = lines.get(change)
    const whole = told?.withheld === undefined ? change : compose(told.withheld, change) as LineChange
    if (told !== undefined && isSmall(told, change)) {
      told.withheld = whole
      return undefined
    }
    if (change.change === "line_closed") lines.delete(change)
    else lines.set(change, { line: whole, doubt: doubts, withheld: undefined })
    return whole === change ? envelope : withValue<Change>(envelope, whole)
  }, (control) => {
    if (isStart(control)) lines.clear()
    else if (raisesDoubt(control)) doubts++
    return undefined
  })
}

interface Told {
  readonly line: LineChange
  /** How many controls had put lines in doubt when it was told. */
  readonly doubt: number
  /** All that was left out since, as one change. */
  withheld: LineChange | undefined
}

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
