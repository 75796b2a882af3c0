/** The emit `best`: the best price of every selection. */
import { controlForm, type Emission, type Emit, Groups } from "@boltodds/pipeline"
import type { Change, Control } from "@boltodds/protocol"
import { type Envelope, type Form, makeControl } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import { millisOf } from "../SignalRecord.ts"
import type { Best } from "./Best.ts"
import { stampOf } from "./BestBoard.ts"
import { BestPrices, type BestPricesOptions } from "./BestPrices.ts"
import { bestCoalescing } from "./bestCoalescing.ts"
import { bestView } from "./bestView.ts"

/**
 * The best price of every selection over all sportsbooks, of those that are live: see {@link Best}. Controls come between
 * them as in `changes`.
 */
export const best = (options: BestPricesOptions = {}): Emit<Best> => ({
  name: "best",
  needs: "book",
  open: () => new BestEmission(options),
  coalescing: bestCoalescing,
  orderKey: ({ key }) => key,
  view: bestView,
})

/** The text of records. */
const bestForm: Form<Best> = {
  encode: JSON.stringify,
  mark: (record, last) => {
    if (last) return { ...record, last }
    const { last: _, ...rest } = record
    return rest
  },
}

class BestEmission implements Emission<Best> {
  readonly #withControls: boolean
  readonly #prices: BestPrices

  constructor(options: BestPricesOptions) {
    this.#withControls = options.control ?? true
    this.#prices = new BestPrices(options)
  }

  of(steps: ReadonlyArray<Step>): ReadonlyArray<Envelope<Best>> {
    const groups = new Groups<Best>()
    for (const { event, records } of steps) {
      if (records.length === 0) continue
      groups.begin(event.session, event.epoch, event.at)
      for (const record of records) this.#take(record, groups)
    }
    return groups.envelopes
  }

  control(control: Control): Envelope<never> {
    return makeControl({ ...control, at: millisOf(control.at), last: control.last === true }, control, controlForm)
  }

  snapshot(records: ReadonlyArray<Change | Control>): ReadonlyArray<Envelope<Best>> {
    const { last: _, ...start } = records[0] as Control
    const { part = 0, origin, at, session, epoch, seq } = start
    if (this.#prices.isEmpty) { for (const record of records) this.#prices.take(record) }
    const groups = new Groups<Best>()
    groups.begin(session, epoch, millisOf(at))
    groups.part(part, origin)
    groups.control(seq, false, start as Control, controlForm)
    const stamp = { ...stampOf(records[0]!, part), ...origin === undefined ? {} : { origin } }
    for (const [index, record] of this.#prices.standing(stamp).entries()) {
      groups.part(part + 1 + index, origin)
      groups.record(seq, false, { ...record, part: part + 1 + index }, bestForm)
    }
    groups.end()
    return groups.envelopes
  }

  #take(record: Change | Control, groups: Groups<Best>): void {
    const found = this.#prices.take(record)
    groups.at(record.at)
    if ("control" in record && (this.#withControls || isStart(record))) {
      const { last: _, ...control } = record
      groups.part(record.part ?? 0, record.origin)
      groups.control(record.seq, false, control as Control, controlForm)
    }
    for (const each of found) {
      groups.part(each.part ?? 0, undefined)
      groups.record(each.seq, false, each, bestForm)
    }
    if (record.last === true) groups.end()
  }
}

/** Always sent: without them a reader would keep prices of another run. */
const isStart = ({ control }: Control): boolean => control === "stream_started" || control === "stream_resumed"
