/** The variables that a document names, and those that only one part of it may use. */
import type { Path, Tree } from "./Tree.ts"
import type { ConfigFinding } from "./Findings.ts"

/** The variables that a text names. */
export const variablesIn = (written: string): ReadonlyArray<string> =>
  [...written.matchAll(/\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name]
  )

/** A variable, and where its value is filled in. */
export interface PlacedVariable {
  readonly path: Path
  readonly name: string
}

/** The variables in the texts of a value, by their places in it. */
export const variablesBelow = (tree: Tree, path: Path = []): ReadonlyArray<PlacedVariable> => {
  if (tree._tag === "Scalar") {
    return typeof tree.written === "string" ? variablesIn(tree.written).map((name) => ({ path, name })) : []
  }
  return tree._tag === "List"
    ? tree.items.flatMap((item, index) => variablesBelow(item, [...path, index]))
    : tree.entries.flatMap(({ key, node }) => variablesBelow(node, [...path, key]))
}

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
