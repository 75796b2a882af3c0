/** What files that belong to a key are called. */
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import type { KeyAtHost } from "../key/Key.ts"

/** 16 hexadecimal digits of a hash over host and key: it names both and tells neither. */
export const keyName = ({ host, key }: KeyAtHost): string =>
  createHash("sha256").update(`boltodds\n${host}\n${Redacted.value(key)}`).digest("hex").slice(0, 16)
