/** The emit `fair`, for configurations. */
import { type EmitPlugin, emitPlugin, type FieldKind } from "@boltodds/config"
import { type Fair, fairKinds, fairReasons } from "@boltodds/signals"
import { fair } from "@boltodds/signals/emits"
import { DurationText } from "@boltodds/sink"
import { devigMethods } from "@boltodds/odds"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
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
import { subjectFields } from "./bestEmit.ts"

type Options = Pick<SignalOptions, "signals"> & ReferenceOptions & {
  readonly min_step?: number
  readonly every?: Duration.Duration
}

const { side: _, ...pairFields } = subjectFields

const fields: { readonly [K in keyof Fair]-?: FieldKind } = {
  ...pairFields,
  fair: fairKinds,
  p: "any",
  method: devigMethods,
  reference: "text",
  sportsbooks: "any",
  sessions: "any",
  families: "number",
  spread_of_p: "number",
  main_at: "number",
  consensus_main: "flag",
  hold: "any",
  push: "flag",
  previous_p: "any",
  reason: fairReasons,
}

/** The fair probabilities of every pair. */
export const fairEmit: EmitPlugin<Options> = emitPlugin<Options>({
  kind: "emit",
  name: "fair",
  about: "The fair probabilities of every pair, by a sportsbook or the mean of several.",
  config: Schema.Struct({
    signals: signalFields.signals,
    ...referenceFields,
    min_step: Schema.optionalKey(
      Share.annotate({ description: "The least change of a probability that is sent. Default 0.1%." }),
    ),
    every: Schema.optionalKey(
      DurationText.annotate({ description: "The least time between two records of a pair. Default 1s." }),
    ),
  }),
  fields,
  problems: signalProblems,
  make: shared(({ min_step, every, ...options }, { control }) =>
    fair({
      ...settingsOf(options),
      ...referenceSettingsOf(options),
      control,
      ...min_step === undefined ? {} : { minStep: min_step },
      ...every === undefined ? {} : { everyMillis: Duration.toMillis(every) },
    })
  ),
})
