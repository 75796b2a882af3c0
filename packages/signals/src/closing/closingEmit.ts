/** The emit `closing`: the last price before the start, of every selection at every sportsbook. */
import type { Emit, Processor } from "@boltodds/pipeline"
import { type Envelope, withValue } from "@boltodds/sink"
import type { ReferenceOptions } from "../fair/fairEmit.ts"
import { fairSettingsOf } from "../fair/fairOf.ts"
import { OddsIndex } from "../internal/OddsIndex.ts"
import { signalEmission } from "../internal/SignalEmission.ts"
import { SignalStream } from "../internal/SignalStream.ts"
import type { SignalSettings } from "../Settings.ts"
import type { Closing } from "./Closing.ts"
import { ClosingBoard, keptMillis, withoutPrice } from "./ClosingBoard.ts"
import { closingCoalescing } from "./closingCoalescing.ts"

/** Options of {@link closing}. */
export interface ClosingOptions extends SignalSettings, ReferenceOptions {
  /** Whether controls are sent. Default true. */
  readonly control?: boolean
}

/**
 * The last live price of every selection at every sportsbook before the start of its event, with the fair probability by a
 * reference: see {@link Closing}. Each is sent at the start, before anything that happens after it. Controls come between
 * the records as in `changes`.
 */
export const closing = (options: ClosingOptions = {}): Emit<Closing> => {
  const { control = true, method, reference, minSportsbooks, ...settings } = options
  const fairSettings = fairSettingsOf({ method, reference, minSportsbooks })
  return {
    name: "closing",
    needs: "book",
    takesRecords: true,
    open: () => {
      const index = new OddsIndex(settings)
      const stream = new SignalStream(index, new ClosingBoard(index, fairSettings), control)
      return signalEmission(stream, { withControls: control, hasDeadlines: true, hasSnapshot: false })
    },
    coalescing: closingCoalescing,
    orderKey: ({ key }) => key,
    view,
  }
}

/** What was passed on and is replaced by what does not meet the condition is withdrawn, with the reason `filters`. */
const view = (holds: (record: Closing) => boolean): Processor<Closing, Closing> => {
  /** By key and sportsbook, when it was passed on. The oldest come first. */
  const known = new Map<string, number>()
  const forget = (now: number): void => {
    for (const [id, at] of known) {
      if (now - at <= keptMillis) return
      known.delete(id)
    }
  }
  return {
    push: (envelopes) => {
      const out: Array<Envelope<Closing>> = []
      for (const envelope of envelopes) {
        if (envelope._tag !== "Record") continue
        const { value } = envelope
        forget(envelope.at)
        const id = closingCoalescing.key(value)
        const isKnown = known.delete(id)
        if (value.closing === "withdrawn") {
          if (isKnown) out.push(envelope)
        } else if (holds(value)) {
          known.set(id, envelope.at)
          out.push(envelope)
        } else if (isKnown) {
          out.push(withValue<Closing>(envelope, { ...value, ...withoutPrice, closing: "withdrawn", reason: "filters" }))
        }
      }
      return out
    },
    dueAt: () => undefined,
    advance: () => none,
    flush: () => none,
    control: () => none,
  }
}

const none: ReadonlyArray<never> = []
