/** A process that holds a key with two sockets until its input ends. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { machineLeases } from "../../src/node/machineLeases.ts"

const [folder = "", host = "", key = ""] = process.argv.slice(2)
const leases = machineLeases({ folder, program: "lease child" })
const use = { host, key: Redacted.make(key) }
const inputEnds = Effect.promise(() => new Promise((resolve) => process.stdin.resume().once("end", resolve)))
const hold = Effect.gen(function* () {
  yield* leases.hold(use)
  // Another part of the program, with its own leases.
  yield* machineLeases({ folder, program: "lease child" }).hold(use)
  process.stdout.write("holding\n")
  yield* inputEnds
})
await Effect.runPromise(Effect.scoped(hold))
