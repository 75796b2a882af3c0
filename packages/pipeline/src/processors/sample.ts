/** The processor `sample`: some of the prices of each line. */
import { type Change, compose, isLineChange, type LineChange, type Millis } from "@boltodds/protocol"
import { type Envelope, withValue } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import { isStart } from "./controls.ts"
import { LineTable } from "./LineTable.ts"
import { immediate, type Processor, type RecordEnvelope } from "./Processor.ts"

/** Options of {@link sample}. */
export type SampleOptions =
  /** One in this many moves and amendments of each line passes. */
  | { readonly every: number }
  /** The first move or amendment of each line passes after this time since its last record. */
  | { readonly interval: Duration.Duration }

/**
 * A sample of the prices of each line, for series and statistics: one in `every` of the `line_moved` and
 * `line_amended` of a line, or the first after `interval`. Openings, suspensions, resumptions and closings all pass,
 * and so does the first record after each of them that leaves no line unverified.
 *
 * A sampled price may be over before the next one comes, so every price is marked `unverified`, and a reader that
 * folds the stream never takes one for live. A suspension passes unchanged. `previous_odds` is the price that the
 * reader last received, and `merged` counts the records left out.
 *
 * Before a `game_verified`, after which the reader takes the lines of the game as live, the newest record left out of
 * each line passes. There, and only there, `seq` does not rise from line to line. To hold prices back and still have a
 * book, use `conflate`.
 *
 * @example
 * ```ts
 * import { changes, route, sample } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 * import * as Duration from "effect/Duration"
 *
 * route({ name: "tenth", emit: changes(), processor: () => sample({ every: 10 }), sink: stdout() })
 * route({
 *   name: "minutes",
 *   emit: changes(),
 *   processor: () => sample({ interval: Duration.minutes(1) }),
 *   sink: stdout(),
 * })
 * ```
 */
export const sample = (options: SampleOptions): Processor<Change, Change> => {
  const isDue = dueBy(options)
  const lines = new LineTable<Sampled>()

  const send = (line: Sampled, envelope: RecordEnvelope<Change>, whole: LineChange): Envelope<Change> => {
    const isPrice = whole.change !== "line_closed" && whole.odds !== null
    line.believed = !isPrice
    line.since = 0
    line.toldAt = envelope.at
    line.withheld = undefined
    if (isPrice) return withValue<Change>(envelope, { ...whole, unverified: true })
    return whole === envelope.value ? envelope : withValue<Change>(envelope, whole)
  }

  return immediate((envelope): Envelope<Change> | undefined => {
    const change = envelope.value
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") lines.deleteGame(change)
      return envelope
    }
    const known = lines.get(change)
    const line = known ?? { believed: true, since: 0, toldAt: envelope.at, withheld: undefined }
    const whole = line.withheld === undefined ? change : compose(line.withheld.value, change) as LineChange
    line.since++
    const mayWait = change.change === "line_moved" || change.change === "line_amended"
    if (mayWait && !line.believed && !isDue(line, envelope.at)) {
      line.withheld = whole === change ? envelope : withValue<Change>(envelope, whole) as RecordEnvelope<Change>
      return undefined
    }
    if (change.change === "line_closed") lines.delete(change)
    else if (known === undefined) lines.set(change, line)
    return send(line, envelope, whole)
  }, (control) => {
    if (isStart(control)) lines.clear()
    if (!("control" in control) || control.control !== "game_verified") return undefined
    const out: Array<Envelope<Change>> = []
    for (const line of lines.ofGame(control)) {
      if (line.withheld !== undefined) out.push(send(line, line.withheld, line.withheld.value as LineChange))
      line.believed = true
    }
    return out.sort((a, b) => a.seq - b.seq)
  })
}

interface Sampled {
  /** The reader may take the last record as live, so it must receive its end. */
  believed: boolean
  /** Records since the last one that passed. */
  since: number
  toldAt: Millis
  /** All records left out since, as one change in the newest envelope. */
  withheld: RecordEnvelope<Change> | undefined
}

const dueBy = (options: SampleOptions): (line: Sampled, at: Millis) => boolean => {
  if ("every" in options) {
    const { every } = options
    if (Number.isInteger(every) && every > 0) return (line) => line.since >= every
    throw new RangeError(`Cannot sample: every must be a whole number from 1: current value is ${every}`)
  }
  const interval = Duration.toMillis(options.interval)
  if (interval > 0) return (line, at) => at - line.toldAt >= interval
  throw new RangeError(`Cannot sample: interval must be more than zero: current value is ${interval} ms`)
}
