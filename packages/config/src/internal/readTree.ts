/** YAML or JSON text as a tree. */
import {
  type Alias,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml"
import { hidden, looksSecret, nameText } from "./mayShow.ts"
import type { Entry, Scalar, Span, Tree } from "./Tree.ts"

/** A mistake in the text itself. */
export interface Flaw extends Span {
  readonly message: string
  readonly remedy: string
}

/** What a text holds. `tree` is undefined where it is not clear what was meant. */
export interface ReadText {
  readonly tree: Tree | undefined
  readonly flaws: ReadonlyArray<Flaw>
  /** Nothing says what stands in a comment: an old secret, as likely as not. */
  readonly comments: ReadonlyArray<Span>
}

/** Values that come from aliases: aliases of aliases of aliases would fill any memory. */
const mostAliased = 100_000
const deepest = 100

/** Reads a text; never throws. */
export const readTree = (text: string): ReadText => ({ ...treeIn(text), comments: commentsIn(text) })

/** What the lexer adds of its own: where a document and a text begin, and where `{` or `[` is not closed. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const lexerMarks = /[\u0002\u0018\u001f]/g

/** The comments of a text, where a reader of YAML sees them. */
const commentsIn = (text: string): ReadonlyArray<Span> => {
  if (!text.includes("#")) return []
  const comments: Array<Span> = []
  let at = 0
  for (const token of new Lexer().lex(text.replace(lexerMarks, "?"))) {
    if (token.search(lexerMarks) === 0) continue
    if (CST.tokenType(token) === "comment") comments.push({ start: at, end: at + token.length })
    at += token.length
  }
  return comments
}

type Read = Omit<ReadText, "comments">

const treeIn = (text: string): Read => {
  try {
    return read(text)
  } catch (cause) {
    // The parser calls itself for every level.
    const message = `Cannot read the text: ${cause instanceof RangeError ? "it is nested too deep" : String(cause)}`
    return { tree: undefined, flaws: [{ start: 0, end: 1, message, remedy: "nest it less" }] }
  }
}

const read = (text: string): Read => {
  const control = controlCharacterIn(text)
  if (control !== undefined) return { tree: undefined, flaws: [control] }
  // Not `silent`: with it the parser ignores every document after the first.
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", uniqueKeys: false, merge: true })
  // What the parser makes of the text after the first mistake is guesswork.
  const first = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS") ?? document.errors[0]
  if (first !== undefined) {
    return {
      tree: undefined,
      flaws: [first.code === "MULTIPLE_DOCS" ? secondDocument(text, first) : flawOf(first, text)],
    }
  }
  const flaws = document.warnings.map((warning) => flawOf(warning, text))
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const message = "Cannot make a pipeline: the file is empty"
    return { tree: undefined, flaws: [...flaws, { start: 0, end: 0, message, remedy: "begin with `version: 1`" }] }
  }
  let targets: ReadonlyMap<Alias, Node> | undefined
  const reader = new Reader((alias) => (targets ??= targetsOf(document)).get(alias), flaws)
  return { tree: reader.node(contents as Node), flaws }
}

/**
 * What each alias stands for: the last anchor of its name before it. One walk for all of them: `alias.resolve` walks the
 * whole document each time.
 */
const targetsOf = (document: Document.Parsed): ReadonlyMap<Alias, Node> => {
  const anchored = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchored.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node)
    },
  })
  return targets
}

/** Marked at the `---` that begins it. */
const secondDocument = (text: string, { pos: [found] }: YAMLError): Flaw => {
  const marker = text.lastIndexOf("\n---", found)
  const start = marker === -1 ? found : marker + 1
  return {
    start,
    end: start + (marker === -1 ? 1 : 3),
    message: "Cannot read the text: it holds a second YAML document; expected one",
    remedy: "remove the `---`, or put the second document into a file of its own",
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/

/** YAML has no place for them (1.2, section 5.1), the parser takes them all the same, and terminals obey them. */
const controlCharacterIn = (text: string): Flaw | undefined => {
  const found = controlCharacter.exec(text)
  if (found === null) return undefined
  const code = `U+${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`
  return {
    start: found.index,
    end: found.index + 1,
    message: `Cannot read the text: it holds the control character ${code}`,
    remedy: `remove it, or write it as "\\u${code.slice(2)}" in double quotes`,
  }
}

const flawOf = ({ code, message, pos: [start, end] }: YAMLError, text: string): Flaw => {
  // The parser calls itself for every level.
  if (message.includes("call stack")) {
    return { start, end, message: "Cannot read the text: it is nested too deeply", remedy: "nest it less" }
  }
  const told = `Cannot read the text: ${withoutTexts(message.split("\n")[0]!)}`
  if (text.slice(start - 1, start + 1) === "${") {
    return { start: start - 1, end, message: told, remedy: "put `${NAME}` in quotes inside { } or [ ]" }
  }
  // Where the mark is may be after the comment: the parser took that for a part of the text.
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, Math.max(end, start + 1))
  if (/^\s*\/[/*]|[\s,{[]\/\*/.test(line)) {
    return { start, end, message: told, remedy: "begin comments with #; `//` and `/*` are text in YAML and JSON" }
  }
  return {
    start,
    end,
    message: told,
    remedy: remedies[code] ?? "correct it; quote a text that contains any of { } [ ] , : #",
  }
}

/** The parser quotes tags, anchors and texts: any may be a secret. */
const withoutTexts = (message: string): string =>
  message
    .replace(/^(Not a YAML token|Block scalar header includes extra characters): [^]*$/, "$1")
    .replace(/^(Unknown directive|Unsupported YAML version|Invalid escape sequence) [^]*$/, "$1")
    .split(/\s/).map((word) => looksSecret(word) ? hidden : word).join(" ")

const remedies: { readonly [code: string]: string } = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent it like its neighbors",
  MISSING_CHAR: "close the quote or bracket, or put the text in quotes",
  TAG_RESOLVE_FAILED: "remove the tag",
  BLOCK_AS_IMPLICIT_KEY: "put a text with a colon in quotes, and nest on a line of its own",
}

class Reader {
  readonly #resolve: (alias: Alias) => Node | undefined
  readonly #flaws: Array<Flaw>
  readonly #open = new Set<Node>()
  /** The outermost alias that leads to what is read. */
  #alias: Span | undefined
  /** Values read by way of aliases. */
  #aliased = 0

  constructor(resolve: (alias: Alias) => Node | undefined, flaws: Array<Flaw>) {
    this.#resolve = resolve
    this.#flaws = flaws
  }

  node(node: Node): Tree {
    const span = spanOf(node)
    if (this.#alias !== undefined && ++this.#aliased > mostAliased) return this.#tooMuch(this.#alias)
    if (isAlias(node)) {
      const meant = this.#resolve(node)
      if (meant === undefined) {
        return this.#flawed(span, `there is no anchor &${nameText(node.source)}`, "write the anchor before it")
      }
      if (this.#open.has(meant)) {
        return this.#flawed(span, `*${nameText(node.source)} contains itself`, "remove the alias")
      }
      const outer = this.#alias
      this.#alias ??= span
      const tree = this.node(meant)
      this.#alias = outer
      return tree
    }
    if (this.#open.size > deepest) return this.#flawed(span, "it is nested too deep", "nest it less")
    this.#open.add(node)
    const tree = this.#parts(node, span)
    this.#open.delete(node)
    return tree
  }

  #parts(node: Node, span: Span): Tree {
    if (isSeq(node)) return { _tag: "List", ...span, items: node.items.map((item) => this.node(item as Node)) }
    if (!isMap(node)) return scalarOf(node, span)
    const own = new Map<string, Entry>()
    const merged: Array<Entry> = []
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null
      const keySpan = keyNode === null ? span : spanOf(keyNode)
      const value = pair.value as Node | null
      if (isMerge(keyNode)) {
        merged.push(...this.#merged(value, keySpan))
        continue
      }
      if (!isScalar(keyNode) || keyNode.value === null) {
        this.#flawed(keySpan, "a key must be a text", "put the key in quotes")
        continue
      }
      const key = String(keyNode.value)
      if (own.has(key)) {
        this.#flawed(keySpan, `the key \`${nameText(key)}\` is there twice`, "keep one of them")
        continue
      }
      const empty: Scalar = { ...bare, start: keySpan.end, end: keySpan.end }
      own.set(key, { key, keySpan, node: value === null ? empty : this.node(value) })
    }
    // A mapping's own keys win, then the mappings merged first, as the merge type of YAML 1.1 has it.
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry)
    return { _tag: "Mapping", ...span, entries: [...own.values()] }
  }

  /** The entries that `<<` brings in: of a mapping, or of a list of mappings, in most cases by aliases. */
  #merged(node: Node | null, keySpan: Span): ReadonlyArray<Entry> {
    const tree = node === null ? undefined : this.node(node)
    const sources = tree?._tag === "List" ? tree.items : [tree]
    return sources.flatMap((source) => {
      if (source?._tag === "Mapping") return source.entries
      if (source?._tag === "Scalar" && source.isBroken) return []
      this.#flawed(
        keySpan,
        "`<<` merges mappings, and this is not a mapping",
        "write `<<: *name`, where `&name` marks a mapping",
      )
      return []
    })
  }

  /** Reported once, however much there is. */
  #tooMuch(span: Span): Tree {
    if (this.#aliased === mostAliased + 1) {
      const remedy = "use fewer aliases inside what aliases stand for"
      return this.#flawed(span, `its aliases stand for more than ${mostAliased} values`, remedy)
    }
    return { ...bare, ...span, isBroken: true }
  }

  #flawed(span: Span, why: string, remedy: string): Tree {
    this.#flaws.push({ ...span, message: `Cannot read the text: ${why}`, remedy })
    return { ...bare, ...span, isBroken: true }
  }
}

/** A plain `<<`: the reader of YAML marks it with a symbol. In quotes it is a key like any other. */
const isMerge = (key: Node | null): boolean => isScalar(key) && typeof key.value === "symbol"

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
