/** What a configuration file may do because the user's own command line or environment says so too. */
import { didYouMean, expectedButGot } from "@boltodds/text"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"

/** What a file alone cannot do: run code of its own, post to private addresses, send secrets in the clear. */
export const allowances = ["plugins", "private", "insecure"] as const

/** One of {@link allowances}. */
export type Allowance = (typeof allowances)[number]

/** The variable beside `--allow`. */
export const allowVariable = "BOLTODDS_ALLOW"

/** Everything: for what flags say, which is the user's own word. */
export const allowsAll: ReadonlySet<Allowance> = new Set(allowances)

/** What `--allow` and the variable say together. Throws a `UsageError` for a word that means nothing. */
export const allowedBy = (
  given: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlySet<Allowance> => {
  const allowed = new Set<Allowance>()
  const take = (from: string, text: string): void => {
    for (const word of text.split(/[\s,]+/).filter((each) => each !== "")) {
      const known = allowances.find((each) => each === word)
      if (known === undefined) {
        const expected = expectedButGot(`one or more of ${allowances.join(",")}`, word)
        const meant = didYouMean(word, allowances)
        throw new UsageError(`Cannot use ${from}: ${expected}${meant === "" ? "" : `.${meant}`}`)
      }
      allowed.add(known)
    }
  }
  take(allowVariable, env[allowVariable] ?? "")
  for (const text of given.texts("allow")) take("--allow", text)
  return allowed
}

/** What to do about a refusal. */
export const howToAllow = (allowance: Allowance): string =>
  `if you trust this file, allow it: --allow ${allowance}, or ${allowVariable}=${allowance}`
