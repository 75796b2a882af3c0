/** A document that is a value as a tree, which knows no places. */
import type { Scalar, Tree } from "./Tree.ts"

const span = { start: 0, end: 0 }

/** The tree of plain data; what JSON does not have is left out, as JSON does. */
export const treeOf = (value: unknown): Tree => {
  if (Array.isArray(value)) return { _tag: "List", ...span, items: value.map((item) => treeOf(item)) }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return {
      _tag: "Mapping",
      ...span,
      entries: entries.map(([key, item]) => ({ key, keySpan: span, node: treeOf(item) })),
    }
  }
  return scalarOf(
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null,
  )
}

const scalarOf = (value: Scalar["value"]): Scalar => ({
  _tag: "Scalar",
  ...span,
  value,
  written: value,
  isVariable: false,
  isHidden: false,
  isBroken: false,
  style: "double",
})
