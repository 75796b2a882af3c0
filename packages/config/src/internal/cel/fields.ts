/** The fields of records that expressions can name. */
import {
  changeCauses,
  type GameChange,
  gameChangeKinds,
  type LineChange,
  lineChangeKinds,
  sides,
  targetKinds,
} from "@boltodds/protocol"
import type { Quote } from "@boltodds/pipeline"
import type { EmitName } from "../../Plugin.ts"

/**
 * What a field holds: `text` and `number` may be null; a `flag` is true where it is set, and false otherwise; `any` is what
 * the feed sent. A list: the texts that are known today.
 */
export type FieldKind = "text" | "number" | "flag" | "any" | ReadonlyArray<string>

/** Fields by their names. */
export interface RecordFields {
  readonly [name: string]: FieldKind
}

type Complete<Keys extends PropertyKey> = { readonly [K in Keys]-?: FieldKind }

const changes: Complete<keyof LineChange | keyof GameChange> = {
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
  line_split: "any",
  market_raw: "text",
  target_raw: "text",
  side_raw: "text",
  line_raw: "text",
}

const quotes: Complete<keyof Quote> = {
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
  line_split: "any",
  line_derived: "flag",
  odds: "number",
  odds_raw: "any",
  link: "text",
}

/** A message has two levels; these are asked for so often that they are told without `data.`. */
const insideData = ["sport", "sportsbook", "game", "universal_game_id", "home_team", "away_team"]

const messages: RecordFields = {
  action: "text",
  timestamp: "text",
  data: "any",
  ...Object.fromEntries(insideData.map((name) => [name, "text"])),
}

/** What an expression about this emit can name; `raw` has nothing: it is a log, and only whole. */
export const fieldsOf = (emit: EmitName): RecordFields => ({ changes, quotes, messages, raw: {} })[emit]

/** Another emit whose records have this field; `changes`, the usual one, is asked first. */
export const emitWith = (field: string, emit: EmitName): EmitName | undefined =>
  (["changes", "messages", "quotes"] as const).find((other) => other !== emit && field in fieldsOf(other))

/** A record as expressions see it. */
export interface RecordView {
  record: unknown
}

type Bag = { readonly [name: string]: unknown } | null | undefined

/** Makes a view of the records of an emit: fields that are absent are null, flags that are absent are false. */
export const makeView = (emit: EmitName): RecordView => {
  const view: RecordView = { record: undefined }
  for (const [name, kind] of Object.entries(fieldsOf(emit))) {
    const nothing = kind === "flag" ? false : null
    const isDeep = emit === "messages" && insideData.includes(name)
    const read = isDeep
      ? (): unknown => ((view.record as Bag)?.["data"] as Bag)?.[name] ?? nothing
      : (): unknown => (view.record as Bag)?.[name] ?? nothing
    Object.defineProperty(view, name, { get: read, enumerable: true })
  }
  return view
}
