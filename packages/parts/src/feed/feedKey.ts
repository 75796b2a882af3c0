/** The key and the address of the feed in the environment. */
import type { Environment } from "@boltodds/config"
import { type Key, KeyUnavailable, readKey } from "@boltodds/connection"
import * as Effect from "effect/Effect"

/** The variable that holds the key. */
export const keyVariable = "BOLTODDS_API_KEY"

/** The variable that holds the address of the feed, for options that name none. */
export const urlVariable = "BOLTODDS_URL"

/** The key in BOLTODDS_API_KEY. `env` is called each time the key is read. */
export const keyFromVariable = (env: () => Environment): Key =>
  Effect.suspend(() => {
    const text = env()[keyVariable]
    return text === undefined
      ? Effect.fail(new KeyUnavailable(`Cannot read the key: the environment variable ${keyVariable} is not set`))
      : readKey(text, keyVariable)
  })

/** There was no key when the feed was opened. The message says where it was looked for. */
export class NoKey extends Error {
  readonly _tag = "NoKey"
  override readonly name: string = "NoKey"
}
