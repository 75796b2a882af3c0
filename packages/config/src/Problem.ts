/** What is wrong with a configuration, where, and what to do. */

/** One mistake, or one warning, at its place. */
export interface Problem {
  /** The keys that lead to it from the top; list entries are counted from 0. */
  readonly path: ReadonlyArray<string | number>
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** How much of the line it is about, in UTF-16 units; at least 1. */
  readonly length: number
  /** What is wrong: `Cannot …: why`. Never holds a secret, nor what came from the environment. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
  /** The line it is in, with secrets blotted out. */
  readonly source: string
}

/** A configuration cannot be used; all that is wrong with it. */
export class ConfigErrors extends Error {
  readonly _tag = "ConfigErrors"
  readonly file: string
  readonly problems: ReadonlyArray<Problem>

  constructor(file: string, problems: ReadonlyArray<Problem>) {
    const count = problems.length === 1 ? "one mistake" : `${problems.length} mistakes`
    super(`Cannot use ${file}: it has ${count}\n${renderProblems(file, problems)}`)
    this.name = "ConfigErrors"
    this.file = file
    this.problems = problems
  }
}

/**
 * Problems as text for people: place, sentence, the line with a mark under it, what to do.
 *
 * `color` marks places for a terminal. Default false.
 */
export const renderProblems = (
  file: string,
  problems: ReadonlyArray<Problem>,
  options: { readonly color?: boolean } = {},
): string => {
  const paint = (code: number, text: string): string =>
    options.color === true ? `\u001b[${code}m${text}\u001b[0m` : text
  return problems.map(({ line, column, length, message, remedy, source }) => {
    const head = `${paint(1, `${file}:${line}:${column}`)}: ${message}`
    const margin = `${line} | `
    const { shown: part, offset } = cut(source, column - 1)
    const shown = visible(part)
    const width = Math.max(1, Math.min(length, shown.length - offset))
    const mark = `${" ".repeat(margin.length)}${blankOf(shown.slice(0, offset))}${paint(31, "^".repeat(width))}`
    return `${head}\n  ${margin}${shown}\n  ${mark}\n  ${paint(32, "→")} ${remedy}`
  }).join("\n")
}

/** Characters that a terminal obeys (controls, changes of the direction of writing) as others of the same width. */
const visible = (source: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  source.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd")

const widest = 120

/** A long line around what matters. */
const cut = (source: string, offset: number): { readonly shown: string; readonly offset: number } => {
  if (source.length <= widest) return { shown: source, offset }
  const from = Math.max(0, Math.min(offset - 40, source.length - widest))
  return { shown: source.slice(from, from + widest), offset: offset - from }
}

/** As wide, with tabs kept: a terminal shows both alike. */
const blankOf = (text: string): string => text.replace(/[^\t]/g, " ")
