/** What a check finds: mistakes and warnings, at their places in one text. */
import type { Problem } from "../Problem.ts"
import { secretFrom } from "./secretFrom.ts"
import { nodeAt, type Path, type Span, spanAt, type Tree } from "./Tree.ts"
import { nearestNames } from "@boltodds/text"

/** A problem that is not yet placed. */
export interface ConfigFinding {
  readonly message: string
  readonly remedy: string
}

/** Collects problems. */
export class Findings {
  readonly #text: string
  /** Where each line begins. */
  readonly #starts: Array<number> = [0]
  readonly #errors: Array<Problem> = []
  readonly #warnings: Array<Problem> = []
  /** By the line in which they begin. */
  readonly #secrets = new Map<number, Array<Span>>()
  /** Those of more than one line. */
  readonly #longSecrets: Array<Span> = []
  #tree: Tree | undefined

  constructor(text: string) {
    this.#text = text
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1)
  }

  /** From now on paths lead into this tree. */
  set tree(tree: Tree) {
    this.#tree = tree
  }

  /** A stretch of the text that must not be shown with its line. */
  hide(span: Span): void {
    const line = this.#lineAt(span.start)
    if (this.#lineAt(span.end) !== line) return void this.#longSecrets.push(span)
    const secrets = this.#secrets.get(line)
    if (secrets === undefined) this.#secrets.set(line, [span])
    else secrets.push(span)
  }

  /** What stands at a path must not be shown with its line. */
  hideAt(path: Path): void {
    this.hide(this.#spanAt(path, "value"))
  }

  /**
   * A text in which values cannot be distinguished: of each line only what comes before its first colon is shown, where the
   * line, or one that it is nested in, may hold a secret; and nothing of what may be a comment.
   */
  hideUnread(): void {
    for (let line = 1; line <= this.#starts.length; line++) {
      const start = this.#starts[line - 1]!
      const end = this.#starts[line] ?? this.#text.length
      const comment = /#|\/[/*]/.exec(this.#text.slice(start, end))
      const from = Math.min(secretFrom(this.#text, start), comment === null ? end : start + comment.index)
      if (from < end) this.hide({ start: from, end: Math.max(from, end - 1) })
    }
    // Of several lines.
    for (const { 0: comment, index } of this.#text.matchAll(/\/\*[^]*?(?:\*\/|$)/g)) {
      this.hide({ start: index, end: index + comment.length })
    }
  }

  /** The line of a path, from 1. */
  lineOf(path: Path): number {
    return this.#lineAt(this.#spanAt(path, "value").start)
  }

  /** A mistake at a path. `part`: what is marked. Default `value`. */
  error(path: Path, finding: ConfigFinding, part: "key" | "value" = "value"): void {
    if (!this.#isBroken(path)) this.#add(this.#errors, path, this.#spanAt(path, part), finding)
  }

  /** A mistake at a stretch of the text; `path`: what it is a part of. */
  errorIn(path: Path, span: Span, finding: ConfigFinding): void {
    if (!this.#isBroken(path)) this.#add(this.#errors, path, span, finding)
  }

  /** A warning at a path. */
  warn(path: Path, finding: ConfigFinding, part: "key" | "value" = "value"): void {
    this.#add(this.#warnings, path, this.#spanAt(path, part), finding)
  }

  /** Whether there is a mistake. */
  get hasErrors(): boolean {
    return this.#errors.length > 0
  }

  /** All mistakes, in the order of the text. */
  get errors(): ReadonlyArray<Problem> {
    return this.#sorted(this.#errors)
  }

  /** All warnings, in the order of the text. */
  get warnings(): ReadonlyArray<Problem> {
    return this.#sorted(this.#warnings)
  }

  #isBroken(path: Path): boolean {
    const node = nodeAt(this.#tree, path)
    return node?._tag === "Scalar" && node.isBroken
  }

  #spanAt(path: Path, part: "key" | "value"): Span {
    return this.#tree === undefined ? { start: 0, end: 0 } : spanAt(this.#tree, path, part)
  }

  #add(to: Array<Problem>, path: Path, span: Span, { message, remedy }: ConfigFinding): void {
    const { start, line, column, lineStart, lineEnd } = this.#place(span.start)
    const length = Math.max(1, Math.min(span.end, lineEnd) - start)
    to.push({ path, line, column, length, message, remedy, source: this.#text.slice(lineStart, lineEnd) })
  }

  #place(offset: number) {
    const start = Math.max(0, Math.min(offset, this.#text.length))
    const line = this.#lineAt(start)
    const lineStart = this.#starts[line - 1]!
    // Not looked for: a line may be long, and have a mistake at each of its keys.
    const next = this.#starts[line]
    let lineEnd = next === undefined ? this.#text.length : next - 1
    if (lineEnd > lineStart && this.#text[lineEnd - 1] === "\r") lineEnd -= 1
    return { start, line, column: start - lineStart + 1, lineStart, lineEnd }
  }

  /** From 1. */
  #lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = low + high >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /** Secrets are known only when all is checked, so they are blotted out at the end: each line once. */
  #sorted(problems: ReadonlyArray<Problem>): ReadonlyArray<Problem> {
    const shown = new Map<number, string>()
    const long = joined(this.#longSecrets)
    for (const { line, source } of problems) if (!shown.has(line)) shown.set(line, this.#blotted(line, source, long))
    return problems.map((problem) => ({ ...problem, source: shown.get(problem.line)! }))
      .sort((a, b) => a.line - b.line || a.column - b.column)
  }

  /** In one pass: a document of one line has all its secrets in it. `long`: the secrets of more than one line. */
  #blotted(line: number, source: string, long: ReadonlyArray<Span>): string {
    const from = this.#starts[line - 1] ?? 0
    const own = this.#secrets.get(line) ?? []
    let shown = ""
    let at = 0
    for (const { start, end } of joined([...own, ...within(long, from, from + source.length)])) {
      const [a, b] = [Math.max(start - from, at), Math.min(end - from, source.length)]
      if (a >= b) continue
      shown += source.slice(at, a) + "*".repeat(b - a)
      at = b
    }
    return shown + source.slice(at)
  }
}

/** The same stretches in their order, those that overlap as one. */
const joined = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const all: Array<Span> = []
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1)
    if (last === undefined || start > last.end) all.push({ start, end })
    else if (end > last.end) all[all.length - 1] = { start: last.start, end }
  }
  return all
}

/** Those of joined stretches that have a part between two places. */
const within = (spans: ReadonlyArray<Span>, start: number, end: number): ReadonlyArray<Span> => {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = low + high >> 1
    if (spans[middle]!.end <= start) low = middle + 1
    else high = middle
  }
  let last = low
  while (last < spans.length && spans[last]!.start < end) last += 1
  return spans.slice(low, last)
}

/** What is wrong with an expression, in its own text. */
export interface ExpressionFinding extends ConfigFinding {
  readonly start: number
  readonly end: number
  readonly isError: boolean
}

/** The nearest name, or all there are. `known` says what they are: "known options". */
export const suggestName = (written: string, candidates: Iterable<string>, known: string): string => {
  const names = [...candidates]
  const [near] = nearestNames(written, names)
  if (near !== undefined) return `did you mean \`${near}\`?`
  return names.length === 0 ? `remove it; there are no ${known}` : `${known}: ${names.join(", ")}`
}
