/** How one route ended. */
import * as Effect from "effect/Effect"
import type { RouteReport } from "./Report.ts"
import type { RunningRoute } from "../hub/Hub.ts"

/** Returns once its lane delivers nothing more. */
export const reportRoute = ({ route, open }: RunningRoute): Effect.Effect<RouteReport> =>
  Effect.gen(function* () {
    const { name, emit, required } = route
    const end = yield* open.lane.ended
    const counts = yield* open.lane.counts
    const base = { name, emit, required, counts, ...yield* open.lane.status }
    if (end._tag === "Drained") return { ...base, state: "open" }
    return { ...base, state: end._tag === "Ended" ? "ended" : "disabled", error: end.error }
  })
