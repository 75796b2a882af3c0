/** The key that the environment of this command had. */
import { type Key, KeyUnavailable, readKey } from "@boltodds/connection"
import * as Effect from "effect/Effect"
import { environment, keyVariable } from "../process/environment.ts"

/** The key of BOLTODDS_API_KEY, also after it was taken out of `process.env`. */
export const keyFromEnvironment: Key = Effect.suspend(() => {
  const text = environment()[keyVariable]
  return text === undefined
    ? Effect.fail(new KeyUnavailable(`Cannot read the key: the environment variable ${keyVariable} is not set`))
    : readKey(text, keyVariable)
})
