/** The variables that a document names. */
import type { Path, Tree } from "./Tree.ts"

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
