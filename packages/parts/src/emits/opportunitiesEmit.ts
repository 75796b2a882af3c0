/** The emit `opportunities`, for configurations. */
import { type EmitPlugin, emitPlugin, type FieldKind } from "@boltodds/config"
import {
  type Opportunity,
  opportunityKinds,
  opportunityReasons,
  type OpportunityType,
  opportunityTypes,
} from "@boltodds/signals"
import { opportunities } from "@boltodds/signals/emits"
import { DurationText } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { subjectFields } from "./bestEmit.ts"
import {
  referenceFields,
  type ReferenceOptions,
  referenceSettingsOf,
  settingsOf,
  Share,
  shared,
  signalFields,
  type SignalOptions,
  signalProblems,
} from "./signalOptions.ts"

type Options = SignalOptions & ReferenceOptions & {
  readonly types?: ReadonlyArray<OpportunityType>
  readonly min_profit?: number
  readonly min_ev?: number
  readonly max_hold?: number
  readonly max_break_even?: number
  readonly max_gap?: number
  readonly suspicious?: number
  readonly confirm?: Duration.Duration
  readonly step?: number
  readonly every?: Duration.Duration
}

const { side: _, ...subject } = subjectFields

const fields: { readonly [K in keyof Opportunity]-?: FieldKind } = {
  ...subject,
  opportunity: opportunityKinds,
  id: "text",
  type: opportunityTypes,
  value: "number",
  booksum: "number",
  stakes: "any",
  legs: "any",
  p: "number",
  reference: "text",
  gap: "number",
  miss: "number",
  both: "number",
  confirmed_ms: "number",
  peak: "number",
  fees: ["none", "assumed", "set"],
  push_possible: "flag",
  warnings: "any",
  reopened: "number",
  reason: opportunityReasons,
  open_ms: "number",
}

const share = (description: string) => Schema.optionalKey(Share.annotate({ description }))

/** Arbitrages, value, middles and lines with nearly no margin. */
export const opportunitiesEmit: EmitPlugin<Options> = emitPlugin<Options>({
  kind: "emit",
  name: "opportunities",
  about: "Arbitrages, value, middles and lines with nearly no margin, while they stand.",
  config: Schema.Struct({
    ...signalFields,
    ...referenceFields,
    types: Schema.optionalKey(
      Schema.Array(Schema.Literals(opportunityTypes)).check(Schema.isMinLength(1)).annotate({
        description: "What is looked for. Default all.",
      }),
    ),
    min_profit: share("The least profit of an arbitrage. Default 0."),
    min_ev: share("The least expected profit of `ev`. Default 2%."),
    max_hold: share("The highest hold of `low_hold`. Default 1%."),
    max_break_even: share("The highest break-even probability of a middle. Default 5%."),
    max_gap: Schema.optionalKey(
      Schema.Number.check(Schema.isGreaterThan(0, { expected: "a number above 0" })).annotate({
        description: "The largest distance of the lines of a middle. Default 3; 10 in football, and in proportion.",
      }),
    ),
    suspicious: share("What pays more than this is not believed, and left out. Default 10%."),
    confirm: Schema.optionalKey(
      DurationText.annotate({ description: "How long it must have stood before it is sent. Default 500ms." }),
    ),
    step: share("The least change of a value that is sent. Default 0.1%."),
    every: Schema.optionalKey(
      DurationText.annotate({ description: "The least time between two records of one that gets better. Default 1s." }),
    ),
  }),
  fields,
  problems: signalProblems,
  make: shared((options, { control }) => {
    const { types, min_profit, min_ev, max_hold, max_break_even, max_gap, suspicious, confirm, step, every } = options
    return opportunities({
      ...settingsOf(options),
      ...referenceSettingsOf(options),
      control,
      ...types === undefined ? {} : { types },
      ...min_profit === undefined ? {} : { minProfit: min_profit },
      ...min_ev === undefined ? {} : { minEv: min_ev },
      ...max_hold === undefined ? {} : { maxHold: max_hold },
      ...max_break_even === undefined ? {} : { maxBreakEven: max_break_even },
      ...max_gap === undefined ? {} : { maxGap: max_gap },
      ...suspicious === undefined ? {} : { suspicious },
      ...confirm === undefined ? {} : { confirmMillis: Duration.toMillis(confirm) },
      ...step === undefined ? {} : { step },
      ...every === undefined ? {} : { everyMillis: Duration.toMillis(every) },
    })
  }),
})
