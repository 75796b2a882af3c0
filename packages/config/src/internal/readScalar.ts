/** Texts and flags of a document. */
import type { Checker } from "./Checker.ts"
import { shownIn } from "./checkOptions.ts"
import { hidden } from "./mayShow.ts"
import type { Path, Tree } from "./Tree.ts"

/** Whether a key is there with something in it. */
export const isGiven = (node: Tree | undefined): node is Tree =>
  node !== undefined && !(node._tag === "Scalar" && node.value === null && !node.isBroken)

/** A text; undefined where none is given, or something else. */
export const readText = (
  node: Tree | undefined,
  path: Path,
  expected: string,
  checker: Checker,
): string | undefined => {
  if (!isGiven(node)) return undefined
  if (node._tag === "Scalar" && typeof node.value === "string") return node.isBroken ? undefined : node.value
  wrongType(node, path, expected, checker)
  return undefined
}

/** A flag; the usual one where none is given, or something else. */
export const readFlag = (node: Tree | undefined, path: Path, usual: boolean, checker: Checker): boolean => {
  if (!isGiven(node)) return usual
  if (node._tag === "Scalar") {
    const value = node.isVariable && (node.value === "true" || node.value === "false")
      ? node.value === "true"
      : node.value
    if (typeof value === "boolean") return value
  }
  wrongType(node, path, "true or false", checker)
  return usual
}

/** Reports a value that is of another type. */
export const wrongType = (node: Tree, path: Path, expected: string, { findings }: Checker): void => {
  const shown = shownIn(node, findings) ?? hidden
  findings.error(path, {
    message: `Cannot use \`${String(path.at(-1))}\`: expected ${expected}; got ${shown}`,
    remedy: `write ${expected}`,
  })
}
