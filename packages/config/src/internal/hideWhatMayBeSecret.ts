/** Values of keys that nobody knows: what is misspelt may be a secret. */
import type { Findings } from "./Findings.ts"
import { scalarsOf, type Tree } from "./Tree.ts"

/** Whether the name of a key speaks of a secret. */
export const speaksOfSecret = (key: string): boolean => secretName.test(key)

const secretName = /secret|token|key|pass|pwd|auth|cred|header|cookie|url|uri|webhook|sign|dsn/i

/**
 * Hides the texts of an unknown key, and all of its values where its name speaks of a secret. A key that is near one that
 * holds no secret is for its caller to leave out: a misspelt list of sports may be shown.
 */
export const hideWhatMayBeSecret = (key: string, node: Tree, findings: Findings): void => {
  for (const scalar of scalarsOf(node)) {
    if (typeof scalar.written === "string" || speaksOfSecret(key)) findings.hide(scalar)
  }
}
