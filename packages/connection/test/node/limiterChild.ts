/** A process that takes requests from the machine's limiter until it is killed, and prints the time of each. */
import * as Effect from "effect/Effect"
import { machineLimiter } from "../../src/node/machineLimiter.ts"
import { withSlotTime } from "./slotTime.ts"

const [folder = "", windowMillis, total, dials] = process.argv.slice(2)
const limits = { windowMillis: Number(windowMillis), total: Number(total), dials: Number(dials) }
const problems = { onProblem: (message: string) => process.stdout.write(`problem ${message}\n`) }
const limiter = machineLimiter({ folder, limits, ...problems })
const hammer = (kind: "dial" | "rest") =>
  Effect.forever(Effect.map(
    withSlotTime(limiter.take("feed", kind)),
    (at) => process.stdout.write(`${kind} ${at}\n`),
  ))
process.stdout.write("ready\n")
await Effect.runPromise(Effect.raceFirst(hammer("dial"), hammer("rest")))
