/** Which records replace which: what a store of the latest values keeps of a stream of changes and controls. */
import { type Change, isLineChange } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"

/**
 * What a record is about and what it does to it, as words: of all records with equal keys only the last one is needed.
 *
 * The law: {@link fold} of the last record of each key, in the order of the stream, gives the same book as `fold` of all
 * records. So a store that keeps one record for each key (a stream with one message a subject, a compacted topic, a
 * table) has the whole book, for each reader that takes its records in the order in which they were written.
 *
 * A game has three keys: its opening or closing, its facts, and each of its lines. An opening starts a game without
 * lines, and an amendment does not: as one key, an amendment would replace the opening that removed older lines.
 *
 * The first word is the kind: `game`, `facts` and `line` are followed by the sport, the sportsbook, the game and, for a
 * line, the outcome. Others are kinds of controls, followed by the session and what they name.
 *
 * @example
 * ```ts
 * import { type Change, latestKey } from "@boltodds/protocol"
 *
 * const keysOf = (lines: ReadonlyArray<string>) => lines.map((line) => latestKey(JSON.parse(line) as Change))
 * // [["line", "NBA", "draftkings", "Celtics vs Knicks", "Celtics ML"], …]
 * ```
 */
export const latestKey = (record: Change | Control): ReadonlyArray<string> =>
  isControl(record) ? keyOfControl(record) : keyOfChange(record)

const keyOfChange = (change: Change): ReadonlyArray<string> => {
  const { sport, sportsbook, game } = change
  if (isLineChange(change)) return ["line", sport, sportsbook, game, change.outcome]
  return [change.change === "game_amended" ? "facts" : "game", sport, sportsbook, game]
}

const keyOfControl = (control: Control): ReadonlyArray<string> => {
  const { control: kind, session } = control
  switch (kind) {
    // The last of these makes all before it obsolete, whichever session its stamp names.
    case "stream_started":
    case "stream_stopped":
    case "dropped":
      return [kind]
    case "stream_resumed":
      return [kind, control.run]
    case "game_verified":
      return [kind, session, control.sportsbook, control.game]
    // One key: each undoes the other.
    case "stale":
    case "fresh":
      return ["stale", session, ...control.sportsbook === null ? [] : [control.sportsbook]]
    case "quarantined":
      return [kind, session, control.touches, ...namesOf(control)]
    default:
      return [kind, session]
  }
}

const namesOf = ({ sportsbook, game, outcome }: Extract<Control, { readonly control: "quarantined" }>) =>
  [sportsbook, game, outcome].filter((name) => name !== null)
