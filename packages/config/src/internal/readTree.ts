/** YAML or JSON text as a tree. */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLError } from "yaml"
import type { Entry, Scalar, Span, Tree } from "./Tree.ts"

/** A mistake in the text itself. */
export interface Flaw extends Span {
  readonly message: string
  readonly remedy: string
}

/** What a text holds. `tree` is undefined where it cannot be told what was meant. */
export interface ReadText {
  readonly tree: Tree | undefined
  readonly flaws: ReadonlyArray<Flaw>
}

/** More values than any configuration has: aliases of aliases of aliases. */
const mostNodes = 100_000
const deepest = 100

/** Reads a text; never throws. */
export const readTree = (text: string): ReadText => {
  try {
    return read(text)
  } catch (cause) {
    // The parser calls itself for every level.
    const message = `Cannot read the text: ${cause instanceof RangeError ? "it is nested too deep" : String(cause)}`
    return { tree: undefined, flaws: [{ start: 0, end: 1, message, remedy: "write it flatter" }] }
  }
}

const read = (text: string): ReadText => {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent", uniqueKeys: false })
  // What the parser makes of the text behind the first mistake is guesswork.
  const first = document.errors[0]
  if (first !== undefined) return { tree: undefined, flaws: [flawOf(first, text)] }
  const flaws = document.warnings.map((warning) => flawOf(warning, text))
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const message = "Cannot make a pipeline of nothing: the text is empty"
    return { tree: undefined, flaws: [...flaws, { start: 0, end: 0, message, remedy: "begin with `version: 1`" }] }
  }
  const reader = new Reader((alias) => alias.resolve(document), flaws)
  return { tree: reader.node(contents as Node), flaws }
}

const flawOf = ({ code, message, pos: [start, end] }: YAMLError, text: string): Flaw => {
  const told = `Cannot read the text: ${message.split("\n")[0]}`
  if (text.slice(start - 1, start + 1) === "${") {
    return { start: start - 1, end, message: told, remedy: "put `${NAME}` in quotes where it stands inside { } or [ ]" }
  }
  return {
    start,
    end,
    message: told,
    remedy: remedies[code] ?? "correct it; a text that holds any of { } [ ] , : # must stand in quotes",
  }
}

const remedies: { readonly [code: string]: string } = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent it like its neighbours",
  MISSING_CHAR: "close the quote or bracket, or put the text in quotes",
  MULTIPLE_DOCS: "keep one document in the file; remove the `---` in between",
  TAG_RESOLVE_FAILED: "remove the tag",
  BLOCK_AS_IMPLICIT_KEY: "put a text with a colon in quotes, and nest on a line of its own",
}

class Reader {
  readonly #resolve: (alias: Alias) => Node | undefined
  readonly #flaws: Array<Flaw>
  readonly #open = new Set<Node>()
  #count = 0

  constructor(resolve: (alias: Alias) => Node | undefined, flaws: Array<Flaw>) {
    this.#resolve = resolve
    this.#flaws = flaws
  }

  node(node: Node): Tree {
    const span = spanOf(node)
    if (++this.#count > mostNodes) return this.#flawed(span, "there is too much of it", "use fewer aliases")
    if (isAlias(node)) {
      const meant = this.#resolve(node)
      if (meant === undefined) {
        return this.#flawed(span, `there is no anchor &${node.source}`, "write the anchor before it")
      }
      if (this.#open.has(meant)) return this.#flawed(span, `*${node.source} contains itself`, "remove the alias")
      return this.node(meant)
    }
    if (this.#open.size > deepest) return this.#flawed(span, "it is nested too deep", "write it flatter")
    this.#open.add(node)
    const tree = this.#parts(node, span)
    this.#open.delete(node)
    return tree
  }

  #parts(node: Node, span: Span): Tree {
    if (isSeq(node)) return { _tag: "List", ...span, items: node.items.map((item) => this.node(item as Node)) }
    if (!isMap(node)) return scalarOf(node, span)
    const entries: Array<Entry> = []
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null
      const keySpan = keyNode === null ? span : spanOf(keyNode)
      if (!isScalar(keyNode) || keyNode.value === null) {
        this.#flawed(keySpan, "a key must be a text", "put the key in quotes")
        continue
      }
      const key = String(keyNode.value)
      if (entries.some((entry) => entry.key === key)) {
        this.#flawed(keySpan, `the key \`${key}\` is there twice`, "keep one of them")
        continue
      }
      const value = pair.value as Node | null
      const empty: Scalar = { ...bare, start: keySpan.end, end: keySpan.end }
      entries.push({ key, keySpan, node: value === null ? empty : this.node(value) })
    }
    return { _tag: "Mapping", ...span, entries }
  }

  #flawed(span: Span, why: string, remedy: string): Tree {
    this.#flaws.push({ ...span, message: `Cannot read the text: ${why}`, remedy })
    return { ...bare, ...span, isBroken: true }
  }
}

const bare = {
  _tag: "Scalar",
  value: null,
  written: null,
  isVariable: false,
  isHidden: false,
  isBroken: false,
  style: "plain",
} as const

const scalarOf = (node: Node, span: Span): Scalar => {
  const value = isScalar(node) ? node.value : null
  const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ||
      typeof value === "bigint"
    ? value
    : value === null || value === undefined
    ? null
    : String(value)
  const type = isScalar(node) ? node.type : undefined
  const style = type === "QUOTE_SINGLE"
    ? "single"
    : type === "QUOTE_DOUBLE"
    ? "double"
    : type === "PLAIN" || type === undefined
    ? "plain"
    : "block"
  return { ...bare, ...span, value: plain, written: plain, style }
}

/** `range` is start, end of the value, end with what follows it. */
const spanOf = (node: Node): Span => ({ start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 })
