/** Records of the toolkit's own language, for tests. */
import type { Change, Control, GameChange, LineChange } from "@boltodds/protocol"
import { type Batch, type ControlValue, type Envelope, type Form, makeControl, makeRecord } from "@boltodds/sink"

const stamp = (seq: number) => ({
  run: "01K00000000000000000000000",
  seq,
  session: "main",
  epoch: 1,
  at: new Date(1_767_225_600_000 + seq).toISOString(),
  sent_at: null,
  frame: seq,
})

const game = {
  cause: "feed",
  sport: "NBA",
  sportsbook: "draftkings",
  game: "Celtics vs Lakers, 2026-01-01, 07",
  universal_game_id: null,
  book_game_id: null,
  home_team: "Celtics",
  away_team: "Lakers",
  starts_at: null,
} as const

/** A line that moved from +120 to +135, or another change of it. */
export const line = (seq: number, fields: Partial<LineChange> = {}): LineChange => ({
  ...stamp(seq),
  change: "line_moved",
  ...game,
  outcome: "Lakers Moneyline",
  market: "Moneyline",
  target: "Lakers",
  target_kind: "away",
  side: null,
  line: null,
  line_derived: false,
  odds: 135,
  link: null,
  previous_odds: 120,
  previous_line: null,
  ...fields,
})

export const gameChange = (seq: number, fields: Partial<GameChange>): GameChange => ({
  ...stamp(seq),
  change: "game_opened",
  ...game,
  partial: false,
  ...fields,
})

type Kind<K> = Extract<Control, { readonly control: K }>
type Own<K> = Omit<Kind<K>, keyof ReturnType<typeof stamp> | "control" | "last" | "delayed">

export const control = <K extends Control["control"]>(seq: number, kind: K, fields: Own<K>): Kind<K> =>
  ({ control: kind, ...stamp(seq), ...fields }) as unknown as Kind<K>

const form: Form<unknown> = { encode: JSON.stringify }
const controlForm: Form<ControlValue> = { encode: JSON.stringify }

export const envelope = (value: Change | Control, last = true): Envelope<unknown> => {
  const at = { seq: value.seq, at: Date.parse(value.at), session: "main", epoch: 1, last }
  return "control" in value ? makeControl(at, value, controlForm) : makeRecord<unknown>(at, value, form)
}

/** A batch with an id as lanes make them. */
export const batch = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  more: Partial<Batch<unknown>> = {},
): Batch<unknown> => ({
  id: `01K00000000000000000000000.${envelopes[0]!.seq}-${envelopes.at(-1)!.seq}.${envelopes.length}`,
  attempt: 1,
  envelopes,
  ...more,
})

/** `count` moves of one line, numbered from 1. */
export const moves = (count: number): ReadonlyArray<Envelope<unknown>> =>
  Array.from(
    { length: count },
    (_, index) => envelope(line(index + 1, { odds: 101 + index, previous_odds: 100 + index })),
  )
