/** Messages that could not be applied, as log lines: limited in rate, with the flag that ignores them. */
import { type Control, isControl, type Millis } from "@boltodds/protocol"
import type { Unread } from "@boltodds/pipeline"
import type { Step } from "@boltodds/state"
import type { CommandLog } from "./Log.ts"

/** Logs the unread messages of a run. */
export interface UnreadLog {
  readonly onStep: (step: Step) => void
  /** Takes the counts of the run. */
  readonly counting: (unread: () => Unread) => void
}

/** The shortest time between two lines about one cause. */
const everyMillis = 60_000
/** The most causes to keep. */
const mostCauses = 1000

/** Makes an {@link UnreadLog}. */
export const makeUnreadLog = ({ log }: CommandLog): UnreadLog => {
  const causes = new Map<string, { at: Millis; more: number }>()
  let unread: (() => Unread) | undefined
  let lateArrivals = 0
  /** Actions of notices, whose text is in the log already. */
  const said = new Set<string>()
  /** The key of a game that was just logged as moved, so its `quarantined` needs no line. */
  let movedFrom: string | undefined

  /** The number left out since the last line about this cause; undefined if this one is left out too. */
  const due = (cause: string, at: Millis): number | undefined => {
    const known = causes.get(cause)
    if (known !== undefined && at - known.at < everyMillis) {
      known.more++
      return undefined
    }
    if (causes.size >= mostCauses) causes.clear()
    causes.set(cause, { at, more: 0 })
    return known?.more ?? 0
  }

  const note = (control: Control, at: Millis): void => {
    if (control.control === "resync_wanted") {
      const { reason, unverified_ms } = control
      const place = placeOf(control.sportsbook, control.game)
      log(
        "warn",
        `${place} unverified for ${Math.round(unverified_ms / 1000)} s (${reason}): connecting again`,
        { event: "resync" },
      )
      return
    }
    if (control.control === "game_rekeyed") {
      const { sportsbook, previous_game, game } = control
      movedFrom = previous_game
      if (due(`rekeyed ${sportsbook}`, at) === undefined) return
      log("warn", `${sportsbook} moved a game to another key: ${previous_game} is unverified, ${game} is live`, {
        event: "game_moved",
      })
      return
    }
    if (control.control !== "quarantined" || control.touches === "outcome") return
    if (control.touches === "nothing" && control.action !== undefined && said.has(control.action)) return
    const { reason, touches, sportsbook, game, action, limit } = control
    if (movedFrom !== undefined && movedFrom === game) {
      movedFrom = undefined
      return
    }
    // One action in many games is one cause.
    const more = due(action === undefined ? `${reason} ${touches}` : `action ${action} ${touches}`, at)
    if (more === undefined) return
    const left = {
      event: control.refused === undefined ? "not_understood" : "beyond_bound",
      ...more === 0 ? {} : { not_shown: more },
      ...limit === undefined ? {} : { limit: limit.name, bound: limit.bound },
    }
    if (touches === "nothing") {
      log(
        action === undefined ? "warn" : "info",
        `cannot read a message (${reason}): it names no price, so none is unverified`,
        left,
      )
      return
    }
    const place = touches === "session" ? "the whole session is" : placeOf(sportsbook, game)
    if (control.refused !== undefined) {
      const raise = limit === undefined
        ? ""
        : `. To raise the bound: limits.${limit.name} or --limit ${limit.name}=VALUE`
      log(
        "warn",
        `cannot apply all of a message (${reason}): ${place} unverified until a whole message fits${raise}`,
        left,
      )
      return
    }
    const remedy = action === undefined ? "" : `. If it is harmless: --ignore-action ${quoted(action)}`
    log("warn", `cannot read a message (${reason}): ${place} unverified until one can be read${remedy}`, left)
  }

  const lookAtCounts = (at: Millis): void => {
    if (unread === undefined) return
    const now = unread().lateArrivals
    if (now === lateArrivals || due("late arrivals", at) === undefined) return
    const many = now - lateArrivals
    lateArrivals = now
    log(
      "warn",
      `dropped ${many} late ${many === 1 ? "arrival" : "arrivals"} (sent before the removal that they follow)`,
      { event: "late_arrivals" },
    )
  }

  return {
    onStep: ({ event, records }) => {
      // First: the notice of a message follows its quarantine.
      for (let index = 0; index < records.length; index++) {
        const record = records[index]!
        if (!isControl(record) || record.control !== "feed_notice" || record.action === null) continue
        if (said.size >= mostCauses) said.clear()
        said.add(record.action)
      }
      for (let index = 0; index < records.length; index++) {
        const record = records[index]!
        if (isControl(record)) note(record, event.at)
      }
      if (event._tag === "Tick") lookAtCounts(event.at)
    },
    counting: (counts) => unread = counts,
  }
}

const placeOf = (sportsbook: string | null, game: string | null): string =>
  sportsbook === null ? "the session is" : game === null ? `${sportsbook} is` : `${sportsbook} ${game} is`

/** As a shell takes it. */
const quoted = (action: string): string => /^[\w.-]+$/.test(action) ? action : `'${action.replaceAll("'", `'\\''`)}'`
