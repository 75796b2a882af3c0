/** The rules of the emit `best` for a lane that coalesces. */
import type { Coalescing } from "@boltodds/lane"
import { forgetsOf, isForgotten } from "../forgets.ts"
import type { Best } from "./Best.ts"
import { ending } from "./BestBoard.ts"

/**
 * By selection. Closings overtake. A record that waits while a control makes its reader forget loses the sportsbooks that the
 * control is about; without any it is a closing.
 */
export const bestCoalescing: Coalescing<Best> = {
  key: ({ key }) => key,
  compose: (older, newer) => {
    const merged = (older.merged ?? 1) + (newer.merged ?? 1)
    const { best, previous_odds, previous_sportsbooks } = older
    if (newer.best === "closed") {
      return best === "opened" ? undefined : { ...newer, previous_odds, previous_sportsbooks, merged }
    }
    // Of what was closed as unverified the reader may have nothing: it begins anew.
    const isNew = best === "opened" || (best === "closed" && older.reason === "unverified")
    return { ...newer, best: isNew ? "opened" : "moved", previous_odds, previous_sportsbooks, merged }
  },
  place: ({ best }) => best === "closed" ? "front" : "keep",
  invalidated: (record, control) => {
    const forgets = forgetsOf(control)
    if (forgets === undefined || record.best === "closed") return record
    const { sportsbooks, sessions } = record
    const kept = sportsbooks.map((sportsbook, at) => !isForgotten(forgets, sessions[at]!, sportsbook))
    if (kept.every((each) => each)) return record
    const { previous_odds, previous_sportsbooks } = record
    if (!kept.includes(true)) {
      return { ...record, ...ending(record), previous_odds, previous_sportsbooks, reason: "unverified" }
    }
    return {
      ...record,
      sportsbooks: sportsbooks.filter((_, at) => kept[at]),
      sessions: sessions.filter((_, at) => kept[at]),
    }
  },
}
