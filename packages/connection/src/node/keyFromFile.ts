/** A key kept in a file. */
import { codeOf } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { type Key, KeyUnavailable, readKey } from "../Key.ts"

/** A key from a file that holds nothing else. Read anew at each dial, so that a replaced key is taken by itself. */
export const keyFromFile = (path: string): Key =>
  Effect.flatMap(
    Effect.tryPromise({
      try: () => readFile(path, "utf8"),
      catch: (cause) => new KeyUnavailable(`Cannot read the key file ${path}: ${codeOf(cause) ?? "unknown error"}`),
    }),
    (text) => readKey(text, `the key file ${path}`),
  )
