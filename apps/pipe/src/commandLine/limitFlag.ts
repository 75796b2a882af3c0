/** `--limit NAME=VALUE`, as the option that it stands for. */
import { didYouMean, expectedButGot, expectedSize, parseBytes } from "@boltodds/text"
import type { StateLimit } from "@boltodds/state"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"
import { limitNames, type LimitOptions } from "@boltodds/parts"

/** The bounds that the flags set; empty where there are none. Throws a `UsageError` for a name or a value that is wrong. */
export const limitOptionsOf = (given: ParsedFlags): LimitOptions => {
  const limits: { -readonly [Name in StateLimit]?: number } = {}
  for (const text of given.texts("limit")) {
    const at = text.indexOf("=")
    if (at < 0) {
      const why = expectedButGot("NAME=VALUE, such as games=50000 or bytes=512MiB", text)
      throw new UsageError(`Cannot use --limit: ${why}`)
    }
    const name = nameOf(text.slice(0, at))
    if (limits[name] !== undefined) throw new UsageError(`Cannot use --limit ${name} twice: leave one out`)
    limits[name] = valueOf(name, text.slice(at + 1))
  }
  return given.isSet("limit") ? { limits } : {}
}

const nameOf = (text: string): StateLimit => {
  const name = limitNames.find((known) => known === text)
  if (name !== undefined) return name
  const meant = didYouMean(text, limitNames)
  throw new UsageError(
    `Cannot use --limit: ${expectedButGot(`one of ${limitNames.join(", ")}`, text)}${meant === "" ? "" : `.${meant}`}`,
  )
}

const valueOf = (name: StateLimit, text: string): number => {
  const value = /^\d+$/.test(text) ? Number(text) : name === "bytes" ? parseBytes(text) : undefined
  if (value !== undefined && value >= 1 && Number.isSafeInteger(value)) return value
  const expected = name === "bytes" ? `${expectedSize}, or a number of bytes` : "a whole number from 1 on"
  throw new UsageError(`Cannot use --limit ${name}: ${expectedButGot(expected, text)}`)
}
