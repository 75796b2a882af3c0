/** Where the key comes from. It is `Redacted` from the moment it is read. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { keyProblem } from "./keyProblem.ts"

/** The key cannot be read. Says where it was looked for, never what was found. */
export class KeyUnavailable extends Error {
  readonly _tag = "KeyUnavailable"
  override readonly name: string = "KeyUnavailable"
}

/** Reads the key; run anew at each dial, so that a replaced key is taken without a restart. */
export type Key = Effect.Effect<Redacted.Redacted<string>, KeyUnavailable>

/** A key, and the host that it is for: what back-off and leases are kept by. */
export interface KeyAtHost {
  /** As `FeedUrl` has it. */
  readonly host: string
  readonly key: Redacted.Redacted<string>
}

/**
 * A key read from a text. White space and a byte order mark around it are dropped. What cannot be a key is refused, and
 * the message says what is wrong and where: white space inside, `NAME=` in front, quotes around it, a URL, a name of a
 * variable, invisible characters, characters outside printable ASCII.
 */
export const readKey = (text: string, where: string): Effect.Effect<Redacted.Redacted<string>, KeyUnavailable> => {
  // `trim` drops a byte order mark too.
  const key = text.trim()
  const problem = keyProblem(key)
  return problem === undefined
    ? Effect.succeed(Redacted.make(key, { label: "key" }))
    : Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} ${problem}`))
}

/** A key given as it is. */
export const keyOf = (key: Redacted.Redacted<string> | string): Key =>
  readKey(typeof key === "string" ? key : Redacted.value(key), "the key given")

/** A key from an environment variable. @default BOLTODDS_API_KEY */
export const keyFromEnv = (name: string = "BOLTODDS_API_KEY"): Key =>
  Effect.suspend(() => Config.String(name)).pipe(
    // The cause could hold what was found there.
    Effect.mapError(() => new KeyUnavailable(`Cannot read the key: the environment variable ${name} is not set`)),
    Effect.flatMap((key) => readKey(key, name)),
  )
