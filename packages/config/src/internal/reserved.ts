/** Variables that only one part of a document may use. */
import type { ConfigFinding } from "./Findings.ts"
import type { Path } from "./Tree.ts"

/** By the name of a variable: the key at the top of the document below which it may be used. */
export interface Reserved {
  readonly [variable: string]: string
}

/** What is wrong with a variable at this place; undefined where it may be used. */
export const misplacedVariable = (name: string, path: Path, reserved: Reserved): ConfigFinding | undefined => {
  const place = Object.hasOwn(reserved, name) ? reserved[name] : undefined
  if (place === undefined || path[0] === place) return undefined
  return {
    message: `Cannot use the variable ${name} here: it is for \`${place}\` alone`,
    remedy: "use another variable, with a secret that is meant to go there",
  }
}
