/** The emit `opportunities`: arbitrages, value, middles and lines with nearly no margin. */
import type { Emit, Processor } from "@boltodds/pipeline"
import { type Envelope, withValue } from "@boltodds/sink"
import type { ReferenceOptions } from "../fair/fairEmit.ts"
import { fairSettingsOf } from "../fair/fairOf.ts"
import { forgetsOf } from "../forgets.ts"
import { OddsIndex } from "../internal/OddsIndex.ts"
import { signalEmission } from "../internal/SignalEmission.ts"
import { SignalStream } from "../internal/SignalStream.ts"
import type { SignalSettings } from "../Settings.ts"
import { type Opportunity, type OpportunityType, opportunityTypes } from "./Opportunity.ts"
import { OpportunityBoard } from "./OpportunityBoard.ts"
import { opportunityCoalescing } from "./opportunityCoalescing.ts"

/** Options of {@link opportunities}. Shares are fractions of 1. */
export interface OpportunityOptions extends SignalSettings, ReferenceOptions {
  /** Whether controls are sent. Default true. */
  readonly control?: boolean
  /** What is looked for. Default all. */
  readonly types?: ReadonlyArray<OpportunityType>
  /** The least profit of an arbitrage. Default 0. */
  readonly minProfit?: number
  /** The least expected profit. Default 0.02. */
  readonly minEv?: number
  /** The highest hold of `low_hold`. Default 0.01. */
  readonly maxHold?: number
  /** The highest `break_even` of a middle. Default 0.05. */
  readonly maxBreakEven?: number
  /** The largest distance of the lines of a middle. Default 3; 10 in football, and in proportion. */
  readonly maxGap?: number
  /** A value above it is not believed. Default 0.1. */
  readonly suspicious?: number
  /** How long an opportunity must have stood before it is sent, in milliseconds. Default 500. */
  readonly confirmMillis?: number
  /** The least change of a value that is sent. Default 0.001. */
  readonly step?: number
  /** The least time between two records of one that gets better, in milliseconds. Default 1000. */
  readonly everyMillis?: number
}

/**
 * Opportunities: see {@link Opportunity}. Legs are live prices of different families that their own sportsbooks do not
 * contradict. One opens after it has stood for a while, and ends in the group in which it ceases, before the control that
 * is the cause.
 */
export const opportunities = (options: OpportunityOptions = {}): Emit<Opportunity> => {
  const { control = true } = options
  return {
    name: "opportunities",
    needs: "book",
    takesRecords: true,
    open: () => {
      const index = new OddsIndex(options)
      return signalEmission(new SignalStream(index, boardOf(index, options), control), {
        withControls: control,
        hasDeadlines: true,
      })
    },
    coalescing: opportunityCoalescing,
    orderKey: ({ id }) => id,
    view,
  }
}

const boardOf = (index: OddsIndex, options: OpportunityOptions): OpportunityBoard => {
  return new OpportunityBoard(index, {
    types: new Set(options.types ?? opportunityTypes),
    minProfit: options.minProfit ?? 0,
    minEv: options.minEv ?? 0.02,
    maxHold: options.maxHold ?? 0.01,
    maxBreakEven: options.maxBreakEven ?? 0.05,
    maxGap: options.maxGap ?? 3,
    suspicious: options.suspicious ?? 0.1,
    fair: fairSettingsOf(options),
  }, {
    confirmMillis: options.confirmMillis ?? 500,
    step: options.step ?? 0.001,
    everyMillis: options.everyMillis ?? 1000,
    rearmMillis: 10_000,
  })
}

/** An opportunity that the reader has and that no longer meets the condition is closed, with the reason `filters`. */
const view = (holds: (record: Opportunity) => boolean): Processor<Opportunity, Opportunity> => {
  const known = new Set<string>()
  return {
    push: (envelopes) => {
      const out: Array<Envelope<Opportunity>> = []
      for (const envelope of envelopes) {
        if (envelope._tag !== "Record") continue
        const { value } = envelope
        const isKnown = known.delete(value.id)
        if (value.opportunity === "closed") {
          if (isKnown) out.push(envelope)
        } else if (holds(value)) {
          known.add(value.id)
          out.push(envelope)
        } else if (isKnown) {
          const { cause: _, ...rest } = value
          out.push(withValue<Opportunity>(envelope, { ...rest, opportunity: "closed", reason: "filters" }))
        }
      }
      return out
    },
    dueAt: () => undefined,
    advance: () => none,
    flush: () => none,
    control: (control) => {
      if ("control" in control && forgetsOf(control) === "all") known.clear()
      return none
    },
  }
}

const none: ReadonlyArray<never> = []
