/** What the records of all signals have in common. */
import type { Family, Kind, SelectionScope } from "@boltodds/market"
import type { Stamp, StreamRecord } from "@boltodds/protocol"
import type { Side } from "./internal/cells.ts"

/** Whether an event has begun, by the start that most sportsbooks give. */
export type Phase = "pre" | "live"

/** What is bet on, and where. All names are those of `@boltodds/market`; docs/markets.md explains the keys. */
export interface SignalSubject {
  /** The key of the selection: one bet, at every sportsbook. */
  readonly key: string
  /** The key of the event. */
  readonly event: string
  readonly sport: string
  readonly family: Family
  readonly home_team: string | null
  readonly away_team: string | null
  /** The start that most sportsbooks give: ISO 8601, UTC; null where none gives one. */
  readonly starts_at: string | null
  /** As of this record; null where no start is known. */
  readonly phase: Phase | null
  readonly period: string
  readonly kind: Kind
  readonly scope: SelectionScope
  readonly participant: string | null
  readonly stat: string | null
  /** Of this side: the away team's +1.5 is 1.5. */
  readonly line: number | null
  readonly side: string
}

/**
 * The stamp of a signal. `seq` is that of the last record of its group: what it says is true as of that record, and a reader
 * can join it with `changes` of the same run. `part` counts from 1.
 */
export type SignalStamp = Pick<
  Stamp,
  "run" | "seq" | "part" | "origin" | "session" | "epoch" | "at" | "sent_at" | "frame" | "delayed"
>

/** What is bet on, at this time (milliseconds since the epoch). */
export const subjectOf = (
  side: Side,
  game: { readonly sport: string; readonly homeTeam: string | null; readonly awayTeam: string | null },
  at: number,
): SignalSubject => {
  const { selection, rung: { market: { event } }, key } = side
  const { anchor } = event
  return {
    key,
    event: event.key,
    sport: game.sport,
    family: selection.family,
    home_team: game.homeTeam,
    away_team: game.awayTeam,
    starts_at: anchor === null ? null : isoOf(anchor),
    phase: anchor === null ? null : at < anchor ? "pre" : "live",
    period: selection.period,
    kind: selection.kind,
    scope: selection.scope,
    participant: selection.participant,
    stat: selection.stat,
    line: selection.line,
    side: selection.side,
  }
}

/** A start as ISO 8601, UTC. Few starts are in use at once. */
export const isoOf = (millis: number): string => {
  const known = isos.get(millis)
  if (known !== undefined) return known
  const iso = new Date(millis).toISOString()
  if (isos.size >= 4096) isos.clear()
  isos.set(millis, iso)
  return iso
}

const isos = new Map<number, string>()

/** The time of a record, which ends in Z, in milliseconds since the epoch. */
export const millisOf = (at: string): number => {
  if (at !== lastText) {
    lastText = at
    lastMillis = Date.parse(at)
  }
  return lastMillis
}

/** The records of a group have one time. */
let lastText = ""
let lastMillis = NaN

/** The stamp of the signals of a group whose last record this is. `part` is set by who numbers them. */
export const stampOf = (record: StreamRecord, part: number): SignalStamp => {
  const { run, seq, session, epoch, at, sent_at, frame, delayed } = record
  const stamp = { run, seq, part, session, epoch, at, sent_at, frame }
  return delayed === true ? { ...stamp, delayed } : stamp
}
