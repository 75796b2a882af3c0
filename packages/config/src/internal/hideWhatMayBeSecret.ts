/** Values of keys that nobody knows: what is misspelt may be a secret. */
import type { Findings } from "./Findings.ts"
import { holdsWhatLooksSecret, speaksOfSecret } from "./mayShow.ts"
import { scalarsOf, type Tree } from "./Tree.ts"

/**
 * Hides the texts of an unknown key, and all of its values where its name speaks of a secret. Where it was meant for one that
 * holds no secret (`isHarmless`), only what looks like a secret: a misspelt list of sports may be shown.
 */
export const hideWhatMayBeSecret = (key: string, node: Tree, findings: Findings, isHarmless = false): void => {
  const speaks = speaksOfSecret(key)
  if (isHarmless && !speaks && !holdsWhatLooksSecret(node)) return
  for (const scalar of scalarsOf(node)) if (typeof scalar.written === "string" || speaks) findings.hide(scalar)
  if (node._tag !== "Scalar" && holdsWhatLooksSecret(node)) findings.hide(node)
}
