/** The emit `closing`, for configurations. */
import { type EmitPlugin, emitPlugin, type FieldKind } from "@boltodds/config"
import { type Closing, closingKinds, closingReasons } from "@boltodds/signals"
import { closing } from "@boltodds/signals/emits"
import * as Schema from "effect/Schema"
import { subjectFields } from "./bestEmit.ts"
import {
  referenceFields,
  type ReferenceOptions,
  referenceSettingsOf,
  settingsOf,
  shared,
  signalFields,
  type SignalOptions,
  signalProblems,
} from "./signalOptions.ts"

type Options = Pick<SignalOptions, "signals"> & ReferenceOptions

const { cause: _, ...subject } = subjectFields

const fields: { readonly [K in keyof Closing]-?: FieldKind } = {
  ...subject,
  closing: closingKinds,
  sportsbook: "text",
  game: "text",
  outcome: "text",
  odds: "number",
  decimal: "number",
  net: "number",
  fees: ["none", "assumed", "set"],
  fair: "number",
  reference: "text",
  families: "number",
  outcomes: "number",
  winners: "number",
  push: "flag",
  main: "flag",
  price_age_ms: "number",
  odds_before: "number",
  start_moved: "flag",
  warnings: "any",
  reason: closingReasons,
}

/** The last live price before the start, of every selection at every sportsbook. */
export const closingEmit: EmitPlugin<Options> = emitPlugin<Options>({
  kind: "emit",
  name: "closing",
  about: "The last live price of every bet at every sportsbook before the start, or why there is none.",
  config: Schema.Struct({ signals: signalFields.signals, ...referenceFields }),
  fields,
  problems: signalProblems,
  make: shared((options, { control }) => closing({ ...settingsOf(options), ...referenceSettingsOf(options), control })),
})
