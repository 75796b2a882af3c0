/** The lease of a document. */
import * as Effect from "effect/Effect"
import type { LeasePlugin } from "../Plugin.ts"
import type { Configured } from "./Checked.ts"
import type { Checker } from "./Checker.ts"
import { readChoice } from "./readChoice.ts"
import { entryOf, type Mapping } from "./Tree.ts"

/** Checks the lease; undefined where there is none, or anything is wrong with it. */
export const checkLease = (
  document: Mapping,
  checker: Checker,
): Effect.Effect<Configured<LeasePlugin> | undefined> => {
  const node = entryOf(document, "lease")?.node
  if (node === undefined) return Effect.succeed(undefined)
  const choice = readChoice(node, ["lease"], { what: "lease", known: checker.catalog.leases }, checker.findings)
  return choice === undefined
    ? Effect.succeed(undefined)
    : checker.configured(choice, "lease", { name: "lease", emit: undefined })
}
