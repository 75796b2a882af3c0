/** Sources of the key. It is `Redacted` from the moment it is read. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { keyProblem } from "./keyProblem.ts"

/** The key cannot be read. The message says where it was expected, never what was found. */
export class KeyUnavailable extends Error {
  readonly _tag = "KeyUnavailable"
  override readonly name: string = "KeyUnavailable"
}

/** Reads the key. It is read again at each dial: a replaced key needs no restart. */
export type Key = Effect.Effect<Redacted.Redacted<string>, KeyUnavailable>

/** A key and its host: back-off and leases are stored under both. */
export interface KeyAtHost {
  /** The host of `FeedUrl`. */
  readonly host: string
  readonly key: Redacted.Redacted<string>
}

/**
 * Reads a key from a text, without white space and a byte order mark around it. Fails for a text that cannot be a key, and
 * says what is wrong and where: white space inside, a leading `NAME=`, quotes, a URL, the name of a variable, invisible
 * characters, characters outside printable ASCII.
 */
export const readKey = (text: string, where: string): Effect.Effect<Redacted.Redacted<string>, KeyUnavailable> => {
  // `trim` drops a byte order mark too.
  const key = text.trim()
  const problem = keyProblem(key)
  return problem === undefined
    ? Effect.succeed(Redacted.make(key, { label: "key" }))
    : Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} ${problem}`))
}

/** A fixed key. */
export const keyOf = (key: Redacted.Redacted<string> | string): Key =>
  readKey(typeof key === "string" ? key : Redacted.value(key), "the key given")

/** A key from an environment variable. @default BOLTODDS_API_KEY */
export const keyFromEnv = (name: string = "BOLTODDS_API_KEY"): Key =>
  Effect.suspend(() => Config.String(name)).pipe(
    // The cause could contain the value.
    Effect.mapError(() => new KeyUnavailable(`Cannot read the key: the environment variable ${name} is not set`)),
    Effect.flatMap((key) => readKey(key, name)),
  )
