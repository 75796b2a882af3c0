/** Much at once, counted in one sentence. */
import { Alert, type AlertTurn } from "./Alert.ts"
import type { Sentence } from "./Sentence.ts"

/** Up to so many openings, or closings, of one batch have a sentence each. */
const most = 5

/** Sportsbooks that are named. */
const named = 3

/**
 * Puts one sentence in place of a batch's openings where there are more than {@link most}, and likewise of its closings.
 * Moves and suspensions stay as they are.
 */
export const summarize = (all: ReadonlyArray<Alert | Sentence>): ReadonlyArray<Alert | Sentence> =>
  counted(counted(all, "opened"), "closed")

const counted = (all: ReadonlyArray<Alert | Sentence>, turn: AlertTurn): ReadonlyArray<Alert | Sentence> => {
  const alerts = all.filter((one) => one instanceof Alert && one.turn === turn) as ReadonlyArray<Alert>
  if (alerts.length <= most) return all
  // At the place of the last: what the same batch said of these lines before is not the newest.
  const last = alerts.at(-1)!
  return all.flatMap((one) => {
    if (!(one instanceof Alert) || one.turn !== turn) return [one]
    return one === last ? [{ text: summaryOf(alerts, turn), warning: false }] : []
  })
}

const summaryOf = (alerts: ReadonlyArray<Alert>, turn: AlertTurn): string => {
  const lines = alerts.reduce((sum, alert) => sum + (alert.isGame ? 0 : alert.outcomes), 0)
  const games = plural(new Set(alerts.map(({ gameKey }) => gameKey)).size, "game")
  const books = [...new Set(alerts.flatMap(({ sportsbook }) => sportsbook ?? []))].sort()
  const rest = books.length > named ? ` and ${books.length - named} more` : ""
  const where = books.length === 0 ? "" : `${books.slice(0, named).join(", ")}${rest} — `
  return `${where}${lines === 0 ? games : `${plural(lines, "line")} of ${games}`} ${turn}`
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`
