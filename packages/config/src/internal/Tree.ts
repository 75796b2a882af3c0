/** A document as plain values that know their places. */

/** A stretch of the text, in offsets. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A value without parts. */
export interface Scalar extends Span {
  readonly _tag: "Scalar"
  /** With variables filled in. */
  readonly value: string | number | boolean | bigint | null
  /** Before that. */
  readonly written: Scalar["value"]
  /** It is one variable and nothing else: its text may stand for a number. */
  readonly isVariable: boolean
  /** Something of it came from the environment, and is shown nowhere. */
  readonly isHidden: boolean
  /** It was found wrong already: nothing more is said of it. */
  readonly isBroken: boolean
  /** How it is quoted in the text. */
  readonly style: "plain" | "single" | "double" | "block"
}

/** One key of a mapping, with its value. */
export interface Entry {
  readonly key: string
  readonly keySpan: Span
  readonly node: Tree
}

/** A mapping. */
export interface Mapping extends Span {
  readonly _tag: "Mapping"
  readonly entries: ReadonlyArray<Entry>
}

/** A list. */
export interface List extends Span {
  readonly _tag: "List"
  readonly items: ReadonlyArray<Tree>
}

/** Any value. */
export type Tree = Scalar | Mapping | List

/** Keys from the top. */
export type Path = ReadonlyArray<string | number>

/** The entry of a key. */
export const entryOf = (tree: Tree | undefined, key: string): Entry | undefined => {
  if (tree?._tag !== "Mapping") return undefined
  if (tree.entries.length <= manyEntries) return tree.entries.find((entry) => entry.key === key)
  let byKey = indexes.get(tree)
  if (byKey === undefined) indexes.set(tree, byKey = new Map(tree.entries.map((entry) => [entry.key, entry])))
  return byKey.get(key)
}

/** Above this a mapping gets an index: every mistake looks its path up, and there may be one at each key. */
const manyEntries = 32

const indexes = new WeakMap<Mapping, ReadonlyMap<string, Entry>>()

/** What stands at a path; undefined where nothing does. */
export const nodeAt = (tree: Tree | undefined, path: Path): Tree | undefined => {
  let node = tree
  for (const key of path) {
    node = node?._tag === "List" && typeof key === "number" ? node.items[key] : entryOf(node, String(key))?.node
  }
  return node
}

/** Where a path stands: its value, or its key, or the key of the nearest around it. */
export const spanAt = (tree: Tree, path: Path, part: "key" | "value"): Span => {
  let node: Tree | undefined = tree
  let span: Span = tree
  for (const [index, key] of path.entries()) {
    const final = index === path.length - 1
    if (node?._tag === "List" && typeof key === "number") {
      node = node.items[key]
      if (node !== undefined) span = node
    } else {
      const entry: Entry | undefined = entryOf(node, String(key))
      node = entry?.node
      if (entry !== undefined) span = final && part === "value" ? visible(entry) : entry.keySpan
    }
    if (node === undefined) break
  }
  return span
}

/** A value that is left empty has no width: its key stands for it. */
const visible = ({ keySpan, node }: Entry): Span => node.end > node.start ? node : keySpan

/** The plain value. */
export const valueOf = (tree: Tree): unknown => {
  if (tree._tag === "Scalar") return tree.value
  if (tree._tag === "List") return tree.items.map(valueOf)
  return objectOf(tree.entries.map(({ key, node }) => [key, valueOf(node)]))
}

/** An object of entries, in which `__proto__` is a key like any other. The first of several with one key counts. */
export const objectOf = (entries: ReadonlyArray<readonly [string, unknown]>): Record<string, unknown> => {
  const object: Record<string, unknown> = {}
  for (const [key, value] of entries) {
    if (Object.hasOwn(object, key)) continue
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

/** Every scalar, in order. */
export const scalarsOf = (tree: Tree): ReadonlyArray<Scalar> => {
  if (tree._tag === "Scalar") return [tree]
  return (tree._tag === "List" ? tree.items : tree.entries.map(({ node }) => node)).flatMap(scalarsOf)
}
