/** The processor `minMove`: leaves out small moves. */
import { type Change, compose, isLineChange, type LineChange } from "@boltodds/protocol"
import { withValue } from "@boltodds/sink"
import { isInvalidation, isStart } from "./controls.ts"
import { LineTable } from "./LineTable.ts"
import { immediate, type Processor } from "./Processor.ts"

/** The smallest move that {@link minMove} passes on. */
export type MinMoveOptions =
  /** In American cents: the distance without the gap from -100 to +100, so -105 to +105 is 10. */
  | { readonly cents: number }
  /** In implied probability, the bookmaker's margin included: -100 to -105 is 0.012. */
  | { readonly probability: number }

/**
 * Leaves out a `line_moved` in which only the price moved, by less than this from the price that the reader last
 * received.
 *
 * A reader has no price of a line whose opening this processor has not seen (because a `where` before it let the line
 * in). Then the distance counts from the `previous_odds` of the first record, and until the price is that far away the
 * reader does not know the line. In a resumed run the reader may know such a line, so its first record passes.
 * Therefore put this processor before conditions on fields that change, such as `odds`. Put it before `conflate` too:
 * after `conflate`, a price can be newer than the highest `seq` of the reader, because the record with that `seq` was
 * left out.
 *
 * **The prices of the reader are off by up to that much**, never by as much or more: small moves in one direction pass
 * once they add up. Do not bet on such prices to the cent.
 *
 * Everything else passes: moves of the number, market, target or side; suspensions, resumptions, openings, closings,
 * amendments; changes found after a gap; and the first record of each line after a control that invalidates lines,
 * because it confirms the line. A record that passes has the exact price; its `previous_odds` is the price that the
 * reader last received, and `merged` counts the records left out before it.
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
  let invalidations = 0
  let isResumed = false

  /** Whether a change is too small for a reader that last received this. */
  const isSmall = ({ line, invalidation }: LastSent, change: LineChange): boolean =>
    change.change === "line_moved" && change.cause === "feed" &&
    (invalidation === invalidations || invalidation === undefined) &&
    line.unverified !== true && change.unverified !== true &&
    line.odds !== null && change.odds !== null && isSameBet(line, change) &&
    Math.abs(scale(change.odds) - scale(line.odds)) < least - rounding

  return immediate((envelope) => {
    const change = envelope.value
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const sent = lines.get(change) ?? (isResumed ? undefined : unsent(change))
    const whole = sent?.withheld === undefined ? change : compose(sent.withheld, change) as LineChange
    if (sent !== undefined && isSmall(sent, change)) {
      sent.withheld = whole
      lines.set(change, sent)
      return undefined
    }
    if (change.change === "line_closed") {
      lines.delete(change)
      // The reader never received the line.
      if (sent !== undefined && sent.invalidation === undefined) return undefined
    } else lines.set(change, { line: whole, invalidation: invalidations, withheld: undefined })
    return whole === change ? envelope : withValue<Change>(envelope, whole)
  }, (control) => {
    if (isStart(control)) {
      lines.clear()
      isResumed = false
    } else if ("control" in control && control.control === "stream_resumed") {
      lines.clear()
      isResumed = true
    } else if (isInvalidation(control)) invalidations++
    return undefined
  })
}

interface LastSent {
  readonly line: LineChange
  /** The number of invalidations when it was sent; undefined if it was never sent. */
  readonly invalidation: number | undefined
  /** All records left out since, as one change. */
  withheld: LineChange | undefined
}

/** A line whose first record is a move: the state before it, which the reader has not received. */
const unsent = (change: LineChange): LastSent | undefined =>
  change.change === "line_moved" && change.previous_odds !== null && change.previous_odds !== change.odds &&
    change.previous_line === change.line
    ? { line: { ...change, odds: change.previous_odds }, invalidation: undefined, withheld: undefined }
    : undefined

/** Tolerance for floating-point errors: 0.51 - 0.50 is not exactly 0.01. */
const rounding = 1e-9

/** American odds without the gap between -100 and +100, which are the same price. */
const centsOf = (odds: number): number => odds > 0 ? odds - 100 : odds + 100

/** The implied probability of American odds, including the bookmaker's margin. */
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
