/** The emits that every configuration can name. */
import { changes, messages, type Quote, quotes, raw } from "@boltodds/pipeline"
import {
  changeCauses,
  type GameChange,
  gameChangeKinds,
  type LineChange,
  lineChangeKinds,
  sides,
  targetKinds,
} from "@boltodds/protocol"
import * as Schema from "effect/Schema"
import { type EmitPlugin, emitPlugin, type FieldKind, type RecordFields } from "./Plugin.ts"

type Complete<Keys extends PropertyKey> = { readonly [K in Keys]-?: FieldKind }

const changeFields: Complete<keyof LineChange | keyof GameChange> = {
  run: "text",
  seq: "number",
  part: "number",
  origin: "text",
  session: "text",
  epoch: "number",
  at: "text",
  sent_at: "text",
  frame: "number",
  last: "flag",
  delayed: "flag",
  change: [...gameChangeKinds, ...lineChangeKinds],
  cause: changeCauses,
  sport: "text",
  sportsbook: "text",
  game: "text",
  universal_game_id: "text",
  book_game_id: "text",
  home_team: "text",
  away_team: "text",
  starts_at: "text",
  merged: "number",
  unverified: "flag",
  partial: "flag",
  reset: "flag",
  outcome: "text",
  market: "text",
  target: "text",
  target_kind: targetKinds,
  side: sides,
  line: "number",
  line_derived: "flag",
  odds: "number",
  link: "text",
  previous_odds: "number",
  previous_line: "number",
  late: "flag",
  line_split: "pair",
  market_raw: "text",
  target_raw: "text",
  side_raw: "text",
  line_raw: "text",
}

const quoteFields: Complete<keyof Quote> = {
  sent_at: "text",
  at: "text",
  action: "text",
  sport: "text",
  sportsbook: "text",
  game: "text",
  universal_game_id: "text",
  home_team: "text",
  away_team: "text",
  starts_at: "text",
  outcome: "text",
  market: "text",
  target: "text",
  target_kind: targetKinds,
  side: sides,
  side_raw: "any",
  line: "number",
  line_raw: "any",
  line_split: "pair",
  line_derived: "flag",
  odds: "number",
  odds_raw: "any",
  link: "text",
}

/** A message has two levels; conditions ask for these so often that they are named without `data.`. */
const insideData = ["sport", "sportsbook", "game", "universal_game_id", "home_team", "away_team"]

const messageFields: RecordFields = {
  action: "text",
  timestamp: "text",
  data: "any",
  ...Object.fromEntries(insideData.map((name) => [name, { kind: "text", inside: "data" } as const])),
}

const config = Schema.Struct({})

const changesPlugin = emitPlugin({
  kind: "emit",
  name: "changes",
  about: "What happened to the book: openings, moves, suspensions, closings.",
  config,
  fields: changeFields,
  make: (_, { control }) => changes({ control }),
})

const messagesPlugin = emitPlugin({
  kind: "emit",
  name: "messages",
  about: "The messages of the feed as they came.",
  config,
  fields: messageFields,
  isOpen: true,
  hasMeta: true,
  make: (_, { control, meta }) => messages({ control, meta }),
})

const quotesPlugin = emitPlugin({
  kind: "emit",
  name: "quotes",
  about: "One flat row per outcome and message.",
  config,
  fields: quoteFields,
  make: (_, { control }) => quotes({ control }),
})

const rawPlugin = emitPlugin({
  kind: "emit",
  name: "raw",
  about: "The event log: a recording, which a replay can play.",
  config,
  isLog: true,
  make: () => raw(),
})

/** `changes`, `messages`, `quotes` and `raw`. */
export const builtinEmits: ReadonlyArray<EmitPlugin> = [changesPlugin, messagesPlugin, quotesPlugin, rawPlugin]
