/** A key that is replaced while a session runs. */
import type { Log } from "@boltodds/config"
import type { Key } from "@boltodds/connection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** How often the key is read again, in milliseconds. */
const everyMillis = 5_000

/**
 * Reads the key again and again, and calls `redial` once it is another one. A new key counts when it was read twice in a row:
 * a file may be in the middle of being written. One that cannot be read changes nothing; the next dial reports it.
 */
export const watchKey = (key: Key, redial: Effect.Effect<void>, log: Log): Effect.Effect<never> =>
  Effect.gen(function* () {
    const read = Effect.orElseSucceed(Effect.map(key, Redacted.value), () => undefined)
    let known = yield* read
    let candidate: string | undefined
    for (;;) {
      yield* Effect.sleep(everyMillis)
      const now = yield* read
      if (now === undefined || now === known) candidate = undefined
      else if (now !== candidate) candidate = now
      else {
        // Without a first key there was no connection to replace.
        const isReplaced = known !== undefined
        known = now
        candidate = undefined
        if (!isReplaced) continue
        log("info", "the key has changed: connecting again with the new one", { event: "key_changed" })
        yield* redial
      }
    }
  })
