/** The processor `dedupe`: nothing twice. */
import { type Change, isLineChange, type LineChange, sameExtras } from "@boltodds/protocol"
import { isInvalidation, isStart } from "./controls.ts"
import { immediate } from "./immediate.ts"
import { LineTable } from "./LineTable.ts"
import { Recent } from "./Recent.ts"
import type { Processor } from "./Processor.ts"

/**
 * Leaves out what says nothing new to its reader:
 *
 * - a record that came before: its `seq`, in the same run, is among those of the newest 16,384 records at least, or not higher than
 *   that of the last record of its line (those of a snapshot share a number, and are kept);
 * - a record of a line whose every field of the line, and its doubt, are as the reader was last told. Merging leaves such
 *   records behind: a line that was suspended and resumed at the same price within an interval of `conflate`.
 *
 * A line confirmed is news where it was in doubt: after a control that puts lines in doubt the next record of each line
 * passes, whatever it says.
 *
 * @example
 * ```ts
 * import { chain, changes, conflate, dedupe, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 * import * as Duration from "effect/Duration"
 *
 * route({
 *   name: "quiet",
 *   emit: changes(),
 *   processor: () => chain(conflate({ every: Duration.seconds(1) }), dedupe()),
 *   sink: stdout(),
 * })
 * ```
 */
export const dedupe = (): Processor<Change, Change> => {
  const lines = new LineTable<Told>()
  const seen = new Recent(newest)
  let run = ""
  let doubts = 0

  const forget = (): void => {
    lines.clear()
    seen.clear()
  }

  return immediate((envelope) => {
    const change = envelope.value
    if (change.run !== run) {
      // Readers of another run have nothing yet.
      forget()
      run = change.run
    }
    if (change.cause !== "snapshot" && !seen.add(change.seq)) return undefined
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const told = lines.get(change)
    // Not by the highest of all numbers: behind a processor that merges they rise within a line only.
    if (told !== undefined && change.cause !== "snapshot" && change.seq <= told.line.seq) return undefined
    if (change.change === "line_closed") {
      lines.delete(change)
      return envelope
    }
    if (told !== undefined && told.doubt === doubts && isSameLine(told.line, change)) return undefined
    lines.set(change, { line: change, doubt: doubts })
    return envelope
  }, (control) => {
    if (isStart(control)) forget()
    else if (isInvalidation(control)) doubts++
    return undefined
  })
}

/** Numbers that are remembered. */
const newest = 16_384

interface Told {
  readonly line: LineChange
  /** How many controls had put lines in doubt when it was told. */
  readonly doubt: number
}

const isSameLine = (a: LineChange, b: LineChange): boolean =>
  a.odds === b.odds && a.line === b.line && a.line_derived === b.line_derived && a.market === b.market &&
  a.target === b.target && a.target_kind === b.target_kind && a.side === b.side && a.link === b.link &&
  a.unverified === b.unverified && sameExtras(a, b)
