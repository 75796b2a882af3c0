/** The path of a file as a template: `odds/{sport}/{sportsbook}-{yyyy}{MM}{dd}T{HH}.ndjson`. */
import { resolve } from "node:path"
import * as process from "node:process"
import { nearestNames } from "@boltodds/text"
import { avoidReserved, type NameRules, safeName } from "./internal/safeName.ts"

/** How files are compressed. */
export type Compress = "none" | "gzip" | "zstd"

/** Fields of a record that a path may hold. `kind` is its `change`, `control` or `action`. */
export type PathField = "sport" | "sportsbook" | "game" | "session" | "run" | "kind"
/** Parts of a time, UTC, that a path may hold. */
export type PathTime = "yyyy" | "MM" | "dd" | "HH" | "mm"

/** What a record says of the fields; undefined where it has no such field. */
export type PathValues = { readonly [field in PathField]?: string | undefined }

/** The path of a file within its base folder. */
export interface RenderedPath {
  /** Folders below the base. */
  readonly folders: ReadonlyArray<string>
  /** Up to the place where a number goes. */
  readonly stem: string
  /** From there on: `.ndjson.gz`. */
  readonly ext: string
}

/** A file name as the template would make it. */
export interface MatchedName {
  /** 0 for a name without a number. */
  readonly number: number
  /** Whether it is the name of a file that is being written. */
  readonly isPart: boolean
  readonly stem: string
}

/** A template, ready to use. */
export interface PathTemplate {
  readonly text: string
  /** Absolute; everything that a record could change lies below it. */
  readonly base: string
  /** The template without its base. */
  readonly rest: string
  /** The fields it holds, each once. */
  readonly fields: ReadonlyArray<PathField>
  /** The smallest part of a time that it holds. */
  readonly unit: PathTime | undefined
  /** How many folders lie between the base and its files. */
  readonly depth: number
  /**
   * The paths below the base that it makes, without numbers: texts as they are, a number of digits, and null for any text
   * without a `/`. Where names that differ in case alone are one file the texts are in small letters.
   */
  readonly pattern: ReadonlyArray<string | number | null>
  readonly render: (values: PathValues, at: Date) => RenderedPath
  /** Whether a folder's name at this depth (from 0) could be the template's. */
  readonly matchesFolder: (depth: number, name: string) => boolean
  readonly matchFile: (name: string) => MatchedName | undefined
}

/** A template that cannot be used; the message says why. */
export class PathTemplateError extends Error {
  readonly _tag = "PathTemplateError"
}

/** Options of {@link parsePathTemplate}. */
export interface PathTemplateOptions {
  /** Adds `.gz` or `.zst` where the template does not end so. Default `none`. */
  readonly compress?: Compress | undefined
  /** Whether names that differ in case alone are one file. Default: on Windows and macOS. */
  readonly foldsCase?: boolean | undefined
}

const fieldNames: ReadonlyArray<PathField> = ["sport", "sportsbook", "game", "session", "run", "kind"]
const timeWidths: Readonly<Record<PathTime, number>> = { yyyy: 4, MM: 2, dd: 2, HH: 2, mm: 2 }
const timeNames = Object.keys(timeWidths) as ReadonlyArray<PathTime>
const known = [...fieldNames, ...timeNames]

type Piece =
  | { readonly _tag: "Literal"; readonly text: string }
  | { readonly _tag: "Field"; readonly name: PathField }
  | { readonly _tag: "Time"; readonly name: PathTime }

/** The longest file name of common file systems, in bytes. */
const maxNameBytes = 255
/** Kept free in a file's name: a number, `.zst`, `.part`. */
const suffixBytes = 24

/**
 * Reads a template. Throws {@link PathTemplateError}.
 *
 * The base folder is what stands before the first placeholder, up to its last `/` (relative to the working directory).
 * After it no folder may be `..`. Two fields in one name need something between them that is no letter or digit, so
 * that different values always give different names.
 */
export const parsePathTemplate = (text: string, options: PathTemplateOptions = {}): PathTemplate => {
  const refuse = (why: string): never => {
    throw new PathTemplateError(`Cannot use the path ${JSON.stringify(text)}: ${why}`)
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) refuse("it holds a control character; leave it out")
  const pieces = piecesOf(text, refuse)
  const first = pieces[0]
  const lead = first?._tag === "Literal" ? first.text : ""
  const cut = lead.lastIndexOf("/") + 1
  const rest: ReadonlyArray<Piece> = first?._tag === "Literal"
    ? [{ _tag: "Literal", text: lead.slice(cut) }, ...pieces.slice(1)]
    : pieces
  const segments = segmentsOf(rest)
  const file = segments.pop()!
  if (file.length === 0) refuse("it names a folder; name a file in it, like odds.ndjson")
  for (const segment of [...segments, file]) checkSegment(segment, refuse)
  const { head, ext } = splitExtension(file, suffixOf(options.compress ?? "none"))
  const foldsCase = options.foldsCase ?? (process.platform === "win32" || process.platform === "darwin")
  const folderRules = segments.map((segment) => rulesOf(segment, 0, foldsCase, refuse))
  const fileRules = rulesOf(head, suffixBytes + ext.length, foldsCase, refuse)
  const folderPatterns = segments.map((segment, index) => new RegExp(`^${patternOf(segment, folderRules[index]!)}$`))
  const filePattern = new RegExp(
    `^(${patternOf(head, fileRules)})(?:\\.([1-9]\\d{0,8}))?${escapeRegExp(ext)}(\\.part)?$`,
  )
  const used = [...segments.flat(), ...file]
  return {
    text,
    base: resolve(lead.slice(0, cut) || "."),
    rest: text.slice(cut),
    fields: fieldNames.filter((name) => used.some((piece) => piece._tag === "Field" && piece.name === name)),
    unit: timeNames.findLast((name) => used.some((piece) => piece._tag === "Time" && piece.name === name)),
    depth: segments.length,
    pattern: patternPieces([...segments, head], ext, foldsCase),
    render: (values, at) => ({
      folders: segments.map((segment, index) => renderSegment(segment, values, at, folderRules[index]!)),
      stem: renderSegment(head, values, at, fileRules),
      ext,
    }),
    matchesFolder: (depth, name) => folderPatterns[depth]?.test(name) ?? false,
    matchFile: (name) => {
      const [, stem, number, part] = filePattern.exec(name) ?? []
      return stem === undefined ? undefined : { stem, number: Number(number ?? 0), isPart: part !== undefined }
    },
  }
}

const patternPieces = (
  segments: ReadonlyArray<ReadonlyArray<Piece>>,
  ext: string,
  foldsCase: boolean,
): ReadonlyArray<string | number | null> => {
  const textOf = (text: string): string => foldsCase ? text.toLowerCase() : text
  const pieces = segments.flatMap((segment, index) => [
    ...index === 0 ? [] : ["/"],
    ...segment.map((piece) =>
      piece._tag === "Literal" ? textOf(piece.text) : piece._tag === "Time" ? timeWidths[piece.name] : null
    ),
  ])
  return ext === "" ? pieces : [...pieces, textOf(ext)]
}

const suffixOf = (compress: Compress): string => compress === "gzip" ? ".gz" : compress === "zstd" ? ".zst" : ""

const piecesOf = (text: string, refuse: (why: string) => never): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  for (const [index, part] of text.split(/(\{[^{}]*\})/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(part)) refuse("a { or } stands alone; a placeholder is a name in braces, like {sport}")
      if (part !== "") pieces.push({ _tag: "Literal", text: part })
      continue
    }
    const name = part.slice(1, -1)
    if (isField(name)) pieces.push({ _tag: "Field", name })
    else if (isTime(name)) pieces.push({ _tag: "Time", name })
    else {
      const [near] = nearestNames(name, known)
      const hint = near === undefined ? "" : `; did you mean {${near}}?`
      refuse(`there is no placeholder ${part}${hint} There are ${known.map((known) => `{${known}}`).join(" ")}`)
    }
  }
  return pieces
}

const isField = (name: string): name is PathField => (fieldNames as ReadonlyArray<string>).includes(name)
const isTime = (name: string): name is PathTime => (timeNames as ReadonlyArray<string>).includes(name)

/** Cut at each `/`; a doubled one makes no folder. The last is the file's. */
const segmentsOf = (pieces: ReadonlyArray<Piece>): Array<ReadonlyArray<Piece>> => {
  const segments: Array<Array<Piece>> = [[]]
  for (const piece of pieces) {
    if (piece._tag !== "Literal") {
      segments[segments.length - 1]!.push(piece)
      continue
    }
    for (const [index, text] of piece.text.split("/").entries()) {
      if (index > 0) segments.push([])
      if (text !== "") segments[segments.length - 1]!.push({ _tag: "Literal", text })
    }
  }
  return segments.filter((segment, index) => segment.length > 0 || index === segments.length - 1)
}

const checkSegment = (segment: ReadonlyArray<Piece>, refuse: (why: string) => never): void => {
  const only = segment.length === 1 ? segment[0]! : undefined
  if (only?._tag === "Literal" && (only.text === ".." || only.text === ".")) {
    refuse("a folder . or .. stands after a placeholder, or in place of the file; write the path without it")
  }
  let literal = "/"
  for (const piece of segment) {
    if (piece._tag === "Literal") {
      if (piece.text.includes("\\")) refuse("it holds a backslash; folders are divided by /")
      literal += piece.text
    }
    if (piece._tag !== "Field") continue
    if (!/[^A-Za-z0-9~%]/.test(literal)) {
      refuse(`put something between {${piece.name}} and the field before it, like - or _`)
    }
    literal = ""
  }
}

/** The literal end of a file's name, from its last dot on, goes after the number. */
const splitExtension = (
  file: ReadonlyArray<Piece>,
  suffix: string,
): { readonly head: ReadonlyArray<Piece>; readonly ext: string } => {
  const last = file[file.length - 1]!
  if (last._tag !== "Literal") return { head: file, ext: suffix }
  const bare = suffix !== "" && last.text.endsWith(suffix) ? last.text.slice(0, -suffix.length) : last.text
  const dot = bare.lastIndexOf(".")
  const at = dot > 0 || dot === 0 && file.length > 1 ? dot : bare.length
  const before = file.slice(0, -1)
  const text = bare.slice(0, at)
  return {
    head: text === "" ? before : [...before, { _tag: "Literal", text }],
    ext: bare.slice(at) + suffix,
  }
}

const rulesOf = (
  segment: ReadonlyArray<Piece>,
  reservedBytes: number,
  foldsCase: boolean,
  refuse: (why: string) => never,
): NameRules => {
  const fields = segment.filter((piece) => piece._tag === "Field").length
  const fixed = segment.reduce((sum, piece) =>
    sum +
    (piece._tag === "Literal" ? Buffer.byteLength(piece.text) : piece._tag === "Time" ? timeWidths[piece.name] : 0), 0)
  const maxBytes = Math.min(120, Math.floor((maxNameBytes - 1 - reservedBytes - fixed) / Math.max(1, fields)))
  if (maxBytes < (fields === 0 ? 0 : 40)) refuse("one of its names is too long; shorten it, or divide it by /")
  const firstField = segment.findIndex((piece) => piece._tag === "Field")
  const lastField = segment.findLastIndex((piece) => piece._tag === "Field")
  const between = segment.slice(firstField + 1, lastField)
    .map((piece) => piece._tag === "Literal" ? piece.text : "").join("")
  return { separators: new Set(["-", "_"].filter((char) => between.includes(char))), maxBytes, foldsCase }
}

const renderSegment = (segment: ReadonlyArray<Piece>, values: PathValues, at: Date, rules: NameRules): string =>
  avoidReserved(
    segment.map((piece) =>
      piece._tag === "Literal"
        ? piece.text
        : piece._tag === "Time"
        ? timeText(piece.name, at)
        : safeName(values[piece.name], rules)
    ).join(""),
  )

const timeText = (name: PathTime, at: Date): string => {
  const number = name === "yyyy"
    ? at.getUTCFullYear()
    : name === "MM"
    ? at.getUTCMonth() + 1
    : name === "dd"
    ? at.getUTCDate()
    : name === "HH"
    ? at.getUTCHours()
    : at.getUTCMinutes()
  return String(number).padStart(timeWidths[name], "0")
}

/** Values hold no separator of theirs: a pattern that let them would try every division of a foreign `-----…`. */
const patternOf = (segment: ReadonlyArray<Piece>, { separators }: NameRules): string => {
  const marks = ["_", "-"].filter((char) => !separators.has(char)).join("")
  return segment.map((piece) =>
    piece._tag === "Literal"
      ? escapeRegExp(piece.text)
      : piece._tag === "Time"
      ? `\\d{${timeWidths[piece.name]}}`
      : `[A-Za-z0-9%~${marks}]+`
  ).join("") + "~?"
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
