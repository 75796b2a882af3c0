/** The emit `best`, for configurations. */
import { type EmitPlugin, emitPlugin, type FieldKind } from "@boltodds/config"
import { families, kinds, scopes } from "@boltodds/market"
import { type Best, bestKinds, bestReasons } from "@boltodds/signals"
import { best } from "@boltodds/signals/emits"
import * as Schema from "effect/Schema"
import { settingsOf, shared, signalFields, type SignalOptions, signalProblems } from "./signalOptions.ts"

/** The fields that all signals have. */
export const subjectFields = {
  run: "text",
  seq: "number",
  part: "number",
  origin: "text",
  session: "text",
  epoch: "number",
  at: "text",
  sent_at: "text",
  frame: "number",
  delayed: "flag",
  last: "flag",
  cause: ["snapshot"],
  merged: "number",
  key: "text",
  event: "text",
  sport: "text",
  family: families,
  home_team: "text",
  away_team: "text",
  starts_at: "text",
  phase: ["pre", "live"],
  period: "text",
  kind: kinds,
  scope: scopes,
  participant: "text",
  stat: "text",
  line: "number",
  side: "text",
} as const satisfies { readonly [name: string]: FieldKind }

const fields: { readonly [K in keyof Best]-?: FieldKind } = {
  ...subjectFields,
  best: bestKinds,
  odds: "number",
  decimal: "number",
  net: "number",
  fees: ["none", "assumed", "set"],
  sportsbooks: "any",
  sessions: "any",
  game: "text",
  outcome: "text",
  link: "text",
  of: "number",
  next_odds: "number",
  booksum: "number",
  previous_odds: "number",
  previous_sportsbooks: "any",
  warnings: "any",
  reason: bestReasons,
}

/** The best price of every selection. */
export const bestEmit: EmitPlugin<SignalOptions> = emitPlugin<SignalOptions>({
  kind: "emit",
  name: "best",
  about: "The best price of every selection over all sportsbooks.",
  config: Schema.Struct(signalFields),
  fields,
  problems: signalProblems,
  make: shared((options, { control }) => best({ ...settingsOf(options), control })),
})
