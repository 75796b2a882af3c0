/** What a person reads of a file: its comments, its texts, the words of a document. */
import { extname } from "node:path"
import { parseSync, Visitor } from "rolldown/utils"

/** Between two pieces of prose, so that no phrase is found across them. */
const border = "\u0001"

/** What a person reads of a file. Each text is as long as the file, with a space for each character that is not in it. */
export interface Prose {
  readonly all: string
  /** Without the strings of tests that are not names of tests: they quote data, and mistakes that are made on purpose. */
  readonly own: string
}

/**
 * The prose of a file, each word at its place.
 *
 * Of TypeScript and JavaScript these are the comments, and the strings and templates with more than one word; of
 * Markdown everything except code, addresses and front matter, with the comments in code; of YAML the comments.
 */
export const proseOf = (path: string, source: string): Prose => {
  switch (extname(path)) {
    case ".ts":
    case ".mjs":
      return proseOfScript(path, source)
    case ".md":
      return everything(proseOfMarkdown(source))
    default:
      return everything(keep(source, commentsAfterHash(source)))
  }
}

const everything = (text: string): Prose => ({ all: text, own: text })

interface Piece {
  readonly start: number
  readonly text: string
}

/** As many spaces as the text has characters, as indexes count them: without the flag `u`. */
const blank = (text: string): string => text.replace(/[^\n]/g, " ")

/** The pieces at their places, everything else blank. A border ends each piece, in place of what follows it. */
const keep = (source: string, pieces: ReadonlyArray<Piece>): string => {
  let result = ""
  for (const { start, text } of pieces.toSorted((a, b) => a.start - b.start)) {
    // A string inside a template takes the place that the template left for it.
    if (start < result.length) {
      result = result.slice(0, start) + text + result.slice(start + text.length)
      continue
    }
    result += blank(source.slice(result.length, start)) + text
    if (source[result.length] !== "\n" && result.length < source.length) result += border
  }
  return result + blank(source.slice(result.length))
}

/** Each comment that begins with `#` at the start of a line or after a space, to the end of its line. */
const commentsAfterHash = (source: string): ReadonlyArray<Piece> =>
  [...source.matchAll(/(?:^|(?<=\s))#(?=\s).*/gmu)].map(({ 0: text, index }) => ({
    start: index,
    text: ` ${withoutCode(text.slice(1))}`,
  }))

/** Inline code, addresses and links to symbols are not prose. */
const withoutCode = (text: string): string =>
  text
    .replace(/(`+)(?!`)[^`]*?(?:\n(?!\s*\n)[^`]*?)?\1/gu, (code) => blank(code).replace(/ /u, border))
    .replace(/\{@\w+[^}]*\}/gu, blank)
    .replace(/(?<=\])\([^)\s]*\)/gu, blank)
    .replace(/\b(?:https?|wss?|file|mailto):[^\s)>"']*/gu, blank)

const proseOfMarkdown = (source: string): string => {
  let text = source.replace(/^---\n[\s\S]*?\n---\n/u, blank)
  text = text.replace(
    /^( *)(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)^\1\2[ ]*$/gmu,
    (block, _indent, _fence, language: string) => commentsOfExample(language.trim(), block),
  )
  return withoutCode(text).replace(/^ *\[[^\]]*\]: .*$/gmu, blank)
}

/** The comments in a code block of a document. */
const commentsOfExample = (language: string, block: string): string => {
  const pattern = /^(?:ts|js|typescript|javascript|json)/u.test(language)
    ? /\/\/.*|\/\*[\s\S]*?\*\//gu
    : /(?:^|(?<=\s))#(?=\s).*/gmu
  // An address in a string is no comment.
  return keep(
    block,
    [...block.matchAll(pattern)].filter(({ index }) => block[index - 1] !== ":").map(({ 0: text, index }) => ({
      start: index,
      text: text.replace(/^(?:\/\/|#)/u, blank),
    })),
  )
}

const isTest = /(?:^|\/)test\/|\.test\.ts$/u

const proseOfScript = (path: string, source: string): Prose => {
  const { program, comments, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`Cannot parse ${path}: ${errors[0]!.message}`)
  const pieces: Array<Piece> = []
  let before: { readonly start: number; readonly end: number; readonly isLine: boolean } | undefined
  for (const { type, start, end } of comments) {
    const isLine = type === "Line"
    // A phrase may go on in the next comment of one line.
    if (isLine && before?.isLine === true && /^\s*$/u.test(source.slice(before.end, start))) {
      before = { start: before.start, end, isLine }
      pieces[pieces.length - 1] = { start: before.start, text: textOfComment(source.slice(before.start, end)) }
      continue
    }
    before = { start, end, isLine }
    pieces.push({ start, text: textOfComment(source.slice(start, end)) })
  }
  const commentsOnly = pieces.length
  const names = new Set<number>()
  const add = (start: number, text: string): void => {
    if (isProse(text)) pieces.push({ start, text: withoutCode(text.replace(escapes, blank)) })
  }
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      if (first !== undefined && /^(?:it|test|describe)\b/u.test(source.slice(callee.start, callee.end))) {
        names.add(first.start + 1)
      }
    },
    Literal(node) {
      if (typeof node.value === "string") add(node.start + 1, source.slice(node.start + 1, node.end - 1))
    },
    TemplateLiteral(node) {
      let text = ""
      for (const { start, end } of node.quasis) {
        const gap = blank(source.slice(node.start + text.length, start))
        // The marks that begin and end a part are inside its place, or beside it.
        text += gap.replace(/ /u, border) + source.slice(start, end).replace(/^[`}]|(?:`|\$\{)$/gu, blank)
      }
      add(node.start, text)
    },
  }).visit(program)
  const own = isTest.test(path) ? pieces.filter(({ start }, index) => index < commentsOnly || names.has(start)) : pieces
  return { all: keep(source, pieces), own: keep(source, own) }
}

/** A comment without its marks: the examples in it are code. */
const textOfComment = (comment: string): string => {
  const text = comment
    .replace(/^\/\*\*?|\*\/$/gu, blank)
    .replace(/^[ \t]*(?:\*|\/\/+)(?=\s|$)/gmu, blank)
    .replace(/^\/\/+/u, blank)
  return proseOfMarkdown(text)
}

/** Escapes of strings, and the sequences of terminals that begin with one. */
const escapes = /\\(?:[nrt]|u\{?[\da-f]{4,5}\}?|x[\da-f]{2})(?:\[[\d;]*[a-z])?/giu

/** A string of one word is a name; one that begins as JSON is data; one with code in it is code. */
const isProse = (text: string): boolean =>
  /[\p{L},.;:)"'!?][ \n]+[\p{L}(]/u.test(text) && !/^\s*[[{]\s*(?:\\?"|[{[])/u.test(text) &&
  !/=>|===|-----BEGIN |^\s*import |\bconst \w+ =|\bexport |\bSELECT |\bINSERT |\bCREATE /u.test(text)
