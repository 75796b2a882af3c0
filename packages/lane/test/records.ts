/** Changes and controls for these tests, in few words. */
import type { Change, Control, LineChange, LineChangeKind } from "@boltodds/protocol"
import { type ControlValue, type Envelope, type Form, makeControl, makeRecord } from "@boltodds/sink"

const changes: Form<Change> = {
  encode: JSON.stringify,
  mark: (value, last) => {
    const { last: _, ...rest } = value
    return last ? { ...rest, last } : rest
  },
}
const controls: Form<ControlValue> = { encode: JSON.stringify }

const stamp = (seq: number, session = "main") => ({
  run: "R",
  seq,
  session,
  epoch: 1,
  at: new Date(seq).toISOString(),
  sent_at: null,
  frame: null,
})

const base = (game: string) => ({
  cause: "feed" as const,
  sport: "NBA",
  sportsbook: "draftkings",
  game,
  universal_game_id: null,
  book_game_id: null,
  home_team: null,
  away_team: null,
  starts_at: null,
})

const envelope = (change: Change): Envelope<Change> => {
  const { seq, session, epoch } = change
  return makeRecord<Change>({ seq, at: seq, session, epoch, last: change.last === true }, change, changes)
}

/** A change of a line of the game `g`, from these odds to those; the last of its group. */
export const line = (
  seq: number,
  change: LineChangeKind,
  outcome: string,
  odds: number | null,
  previous: number | null,
  fields: Partial<LineChange> = {},
): Envelope<Change> =>
  envelope({
    ...stamp(seq),
    ...base("g"),
    change,
    outcome,
    market: "Moneyline",
    target: null,
    target_kind: null,
    side: null,
    line: null,
    line_derived: false,
    odds,
    link: null,
    previous_odds: previous,
    previous_line: null,
    last: true,
    ...fields,
  })

/** A change of the game `g`, or of another. */
export const game = (
  seq: number,
  change: "game_opened" | "game_amended" | "game_closed",
  partial = false,
  name = "g",
): Envelope<Change> => envelope({ ...stamp(seq), ...base(name), change, partial, last: true })

/** A control of the session `main`, or of another. */
export const control = (
  seq: number,
  kind: Control["control"],
  fields: Readonly<Record<string, unknown>> = {},
): Envelope<never> => {
  const value = { ...stamp(seq), control: kind, ...fields } as unknown as Control
  return makeControl({ seq, at: seq, session: value.session, epoch: 1, last: true }, value, controls)
}

/** Envelopes in short: `7 line_moved A 120 (110) x2 ?`, `?` standing for unverified. */
export const brief = (envelopes: ReadonlyArray<Envelope<Change>>): ReadonlyArray<string> =>
  envelopes.map(({ value }) => {
    if (!("change" in value)) return `${value.seq} ${value.control}`
    const merged = value.merged === undefined ? "" : ` x${value.merged}`
    const about = "outcome" in value ? ` ${value.outcome} ${value.odds} (${value.previous_odds})` : ""
    return `${value.seq} ${value.change}${about}${merged}${value.unverified === true ? " ?" : ""}`
  })
