/** The records that the laws send through a sink. */
import type { Change, Control, LineChange } from "@boltodds/protocol"
import { type ControlValue, type Envelope, type Form, makeControl, makeRecord } from "@boltodds/sink"

const changes: Form<Change> = { encode: JSON.stringify }
const controls: Form<ControlValue> = { encode: JSON.stringify }

/** Groups of 1, 2, 3 and 4 envelopes in turn, 10 in every 4 groups; the first of a group is a control now and then. */
export const numberedGroups = (count: number): ReadonlyArray<ReadonlyArray<Envelope<Change>>> => {
  let seq = 0
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: group % 4 + 1 }, (_, index) => {
      seq += 1
      return group % 5 === 0 && index === 0 ? controlAt(seq, group % 4 === 0) : changeAt(seq, index === group % 4)
    }))
}

const stampOf = (seq: number) => ({
  run: "01J00000000000000000000000",
  seq,
  session: "law",
  epoch: 1,
  at: new Date(1_767_225_600_000 + seq).toISOString(),
  sent_at: null,
  frame: seq,
})

const changeAt = (seq: number, last: boolean, part?: number): Envelope<Change> =>
  makeRecord<Change>({ seq, part, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last }, {
    ...stampOf(seq),
    ...part === undefined ? {} : { part },
    change: part === undefined ? "line_moved" : "line_opened",
    cause: part === undefined ? "feed" : "snapshot",
    sport: "Liga Ñ",
    sportsbook: "law",
    game: "Home vs Away, 2026-01-01, 01",
    universal_game_id: null,
    book_game_id: null,
    home_team: "Home",
    away_team: "Away",
    starts_at: null,
    outcome: "Home Moneyline ✓",
    market: "Moneyline",
    target: "Home",
    target_kind: "home",
    side: null,
    line: null,
    line_derived: false,
    odds: 100 + seq,
    link: null,
    previous_odds: 99 + seq,
    previous_line: null,
  }, changes)

const controlAt = (seq: number, last: boolean): Envelope<Change> => {
  const value: Control = { ...stampOf(seq), control: "synced", games: seq, lines: seq }
  return makeControl({ seq, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last }, value, controls)
}

/** The beginning of a stream and so many lines, all of one number: one group. */
export const resnapshotAt = (seq: number, size: number): ReadonlyArray<Envelope<Change>> => {
  const filters = { sports: [], sportsbooks: [], games: [], markets: [] }
  const part = 1
  const stamp = { seq, part, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: false }
  const value: Control = { ...stampOf(seq), part, control: "stream_started", schema_version: 1, filters }
  const lines = Array.from({ length: size }, (_, index) => changeAt(seq, index === size - 1, part + 1 + index))
  return [makeControl(stamp, value, controls), ...lines]
}

/** A game and so many lines of it, all of one number: one group. */
export const gameResnapshotAt = (seq: number, size: number): ReadonlyArray<Envelope<Change>> => {
  const { value } = changeAt(seq, false, 1) as { readonly value: LineChange }
  const { sport, sportsbook, game, universal_game_id, book_game_id, home_team, away_team, starts_at } = value
  const facts = { sport, sportsbook, game, universal_game_id, book_game_id, home_team, away_team, starts_at }
  const stamp = { ...stampOf(seq), part: 1 }
  const opened: Change = { ...stamp, change: "game_opened", cause: "snapshot", ...facts, partial: false }
  const envelope = makeRecord<Change>({ ...stamp, at: 1_767_225_600_000 + seq, last: false }, opened, changes)
  return [envelope, ...Array.from({ length: size }, (_, index) => changeAt(seq, index === size - 1, 2 + index))]
}

/** The report of a loss in the game of these lines. */
export const quarantinedAt = (seq: number): Envelope<Change> => {
  const origin = "law"
  const { sportsbook, game } = (changeAt(seq, true) as { readonly value: Change }).value
  const scope = { touches: "game", sportsbook, game, outcome: null, text: "" } as const
  const lost = { lane: origin, lost: "degraded", count: 1, first_seq: 1, last_seq: seq }
  const value: Control = { ...stampOf(seq), origin, control: "quarantined", reason: "dropped", ...scope, ...lost }
  const stamp = { seq, origin, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: true }
  return makeControl(stamp, value, controls)
}

/** The report of a loss of everything. */
export const droppedAt = (seq: number): Envelope<Change> => {
  const origin = "law"
  const value: Control = {
    ...stampOf(seq),
    origin,
    control: "dropped",
    lane: origin,
    reason: "degraded",
    count: 1,
    first_seq: 1,
    last_seq: seq,
  }
  const stamp = { seq, origin, at: 1_767_225_600_000 + seq, session: "law", epoch: 1, last: true }
  return makeControl(stamp, value, controls)
}
