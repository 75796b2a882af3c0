/** The processor `dedupe`: no record twice. */
import { type Change, isLineChange, type LineChange, sameExtras } from "@boltodds/protocol"
import { isInvalidation, isStart } from "./controls.ts"
import { LineTable } from "./LineTable.ts"
import { immediate, type Processor } from "./Processor.ts"

/**
 * Leaves out records that bring the reader nothing new:
 *
 * - A record that came before: its `seq`, in the same run, is among at least the newest 16,384, or is not higher than
 *   that of the last record of its line. Records of a snapshot share a `seq` and are kept.
 * - A record of a line that equals the last one in every field of the line, with no invalidation in between. Merging
 *   produces such records, when a line is suspended and resumed at the same price within an interval of `conflate`.
 *
 * After a control that invalidates lines, the next record of each line passes, because it confirms the line.
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
  const lines = new LineTable<LastSent>()
  const seen = new Recent(newest)
  let run = ""
  let invalidations = 0

  const forget = (): void => {
    lines.clear()
    seen.clear()
  }

  return immediate((envelope) => {
    const change = envelope.value
    if (change.run !== run) {
      // A new run starts with an empty book.
      forget()
      run = change.run
    }
    if (change.cause !== "snapshot" && !seen.add(change.seq)) return undefined
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const sent = lines.get(change)
    // Compared within the line only, because after a processor that merges `seq` rises only within a line.
    if (sent !== undefined && change.cause !== "snapshot" && change.seq <= sent.line.seq) return undefined
    if (change.change === "line_closed") {
      lines.delete(change)
      return envelope
    }
    if (sent !== undefined && sent.invalidation === invalidations && isSameLine(sent.line, change)) return undefined
    lines.set(change, { line: change, invalidation: invalidations })
    return envelope
  }, (control) => {
    if (isStart(control)) forget()
    else if (isInvalidation(control)) invalidations++
    return undefined
  })
}

/** Numbers that are remembered. */
const newest = 16_384

interface LastSent {
  readonly line: LineChange
  /** The number of invalidations when it was sent. */
  readonly invalidation: number
}

const isSameLine = (a: LineChange, b: LineChange): boolean =>
  a.odds === b.odds && a.line === b.line && a.line_derived === b.line_derived && a.market === b.market &&
  a.target === b.target && a.target_kind === b.target_kind && a.side === b.side && a.link === b.link &&
  a.unverified === b.unverified && sameExtras(a, b)

/** @internal Remembers at least the newest of the numbers that were added, so many, and at most twice as many. */
export class Recent {
  readonly #least: number
  #newer = new Set<number>()
  #older = new Set<number>()

  constructor(least: number) {
    this.#least = least
  }

  /** Whether it is new; notes it. */
  add(number: number): boolean {
    if (this.#newer.has(number) || this.#older.has(number)) return false
    if (this.#newer.size >= this.#least) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.add(number)
    return true
  }

  clear(): void {
    this.#newer.clear()
    this.#older.clear()
  }
}
