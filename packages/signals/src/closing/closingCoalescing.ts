/** The rules of the emit `closing` for a lane that coalesces. */
import type { Coalescing } from "@boltodds/lane"
import type { Closing } from "./Closing.ts"

/** By selection and sportsbook: the newest holds. It is history, which no control invalidates. */
export const closingCoalescing: Coalescing<Closing> = {
  key: ({ key, sportsbook }) => JSON.stringify([key, sportsbook]),
  compose: (older, newer) => ({ ...newer, merged: (older.merged ?? 1) + (newer.merged ?? 1) }),
  place: ({ closing }) => closing === "withdrawn" ? "front" : "keep",
  invalidated: (record) => record,
}
