/** The rules of the emit `opportunities` for a lane that coalesces. */
import type { Coalescing } from "@boltodds/lane"
import { forgetsOf, isForgotten } from "../forgets.ts"
import type { Opportunity } from "./Opportunity.ts"

/**
 * By id. Closings overtake, and one that a reader has opened is always closed for it. What waits while a control is about
 * one of its legs is closed.
 */
export const opportunityCoalescing: Coalescing<Opportunity> = {
  key: ({ id }) => id,
  compose: (older, newer) => {
    const merged = (older.merged ?? 1) + (newer.merged ?? 1)
    if (newer.opportunity === "closed") return older.opportunity === "opened" ? undefined : { ...newer, merged }
    return { ...newer, opportunity: older.opportunity === "changed" ? "changed" : "opened", merged }
  },
  place: ({ opportunity }) => opportunity === "closed" ? "front" : "keep",
  invalidated: (record, control) => {
    const forgets = forgetsOf(control)
    if (forgets === undefined || record.opportunity === "closed") return record
    if (!record.legs.some(({ session, sportsbook }) => isForgotten(forgets, session, sportsbook))) return record
    return { ...record, opportunity: "closed", reason: "unverified", open_ms: 0 }
  },
}
