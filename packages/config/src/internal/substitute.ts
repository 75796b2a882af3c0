/** Variables in the strings of a document: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar. */
import { nearestNames } from "@boltodds/text"
import { looksSecret } from "./mayShow.ts"
import { sourceOffsets } from "./sourceOffsets.ts"
import type { Environment } from "../Plugin.ts"
import type { Path, Scalar, Tree } from "./Tree.ts"
import type { Flaw } from "./readTree.ts"
import { misplacedVariable, type Reserved } from "./variables.ts"

/** A flaw in a value of the tree. */
export interface PlacedFlaw extends Flaw {
  readonly path: Path
}

const reference = /\$\$|\$\{([^}]*)\}?/g
const named = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/**
 * The tree with variables filled in. It is done after parsing: what a variable holds is text, and cannot become
 * anything else. An empty variable counts as unset where there is a default, as in a shell.
 */
export const substitute = (
  text: string,
  tree: Tree,
  env: Environment,
  flaws: Array<PlacedFlaw>,
  reserved: Reserved = {},
  path: Path = [],
): Tree => {
  switch (tree._tag) {
    case "Scalar":
      return typeof tree.value === "string" && tree.value.includes("$")
        ? fill(text, tree, env, flaws, reserved, path)
        : tree
    case "List":
      return {
        ...tree,
        items: tree.items.map((item, index) => substitute(text, item, env, flaws, reserved, [...path, index])),
      }
    case "Mapping":
      return {
        ...tree,
        entries: tree.entries.map((entry) => ({
          ...entry,
          node: substitute(text, entry.node, env, flaws, reserved, [...path, entry.key]),
        })),
      }
  }
}

const fill = (
  text: string,
  scalar: Scalar,
  env: Environment,
  flaws: Array<PlacedFlaw>,
  reserved: Reserved,
  path: Path,
): Scalar => {
  const written = String(scalar.written)
  let offsets: ReadonlyArray<number> | undefined
  let isHidden = false
  let isBroken = false
  const flaw = (at: number, length: number, message: string, remedy: string): string => {
    offsets ??= sourceOffsets(text, scalar)
    flaws.push({ path, start: offsets[at]!, end: offsets[at + length]!, message, remedy })
    isBroken = true
    return ""
  }
  const value = written.replace(reference, (whole: string, inner: string | undefined, at: number) => {
    if (inner === undefined) return "$"
    if (!whole.endsWith("}")) {
      return flaw(at, 2, "Cannot read a variable: its brace is not closed", "write `${NAME}`, or `$$` for a dollar")
    }
    const read = named.exec(inner)
    if (read === null) {
      const remedy = "write `${NAME}`, `${NAME:-default}`, or `$$` for a dollar"
      return flaw(
        at,
        whole.length,
        `Cannot read a variable: ${
          /^[\w-]{0,30}$/.test(inner) && !looksSecret(inner) ? `\`${inner}\`` : "what stands in the braces"
        } is no name`,
        remedy,
      )
    }
    const [, name, fallback] = read as unknown as [string, string, string | undefined]
    const misplaced = misplacedVariable(name, path, reserved)
    if (misplaced !== undefined) return flaw(at, whole.length, misplaced.message, misplaced.remedy)
    const held = Object.hasOwn(env, name) ? env[name] : undefined
    if (held !== undefined && (held !== "" || fallback === undefined)) {
      isHidden = true
      return held
    }
    if (fallback !== undefined) return fallback
    const [near] = nearestNames(name, Object.keys(env))
    const remedy = `set it, or write a default: \`\${${name}:-…}\`${
      near === undefined ? "" : `; did you mean ${near}?`
    }`
    return flaw(at, whole.length, `Cannot fill in \`${whole}\`: the variable ${name} is not set`, remedy)
  })
  return { ...scalar, value, isVariable: /^\$\{[^}]*\}$/.test(written), isHidden, isBroken }
}
