/** The book of an earlier run, read from the changes that it wrote. */
import { type Book, type Change, type Control, emptyBook, fold, recordFault } from "@boltodds/protocol"
import { isPlanted } from "@boltodds/machine"
import { bookSize, type StateLimits } from "@boltodds/state"
import { LineSplitter } from "@boltodds/text"
import { existsSync, fstatSync, ftruncateSync, lstatSync, readdirSync, type Stats, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { ExitCode, Failure } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"
import { decompressed, lineLimit, withinHeap } from "@boltodds/parts/recording"
import { sizeText } from "./runTexts.ts"

/** What an earlier run left, as far as the next one needs it. */
export interface Earlier {
  /** Undefined where there is nothing to go on from: a first start. */
  readonly book: Book | undefined
  /** The number of the start that is about to happen, counted in the file. */
  readonly term: number
}

/** Reads what earlier runs wrote into a file, and says in the log what the next one begins with. */
export const resumeFrom = async (
  path: string,
  { isSeries, log }: {
    /** A sink of ours writes it: then the pieces that it numbered, and the one that it was writing, follow. */
    readonly isSeries: boolean
    readonly log: CommandLog["log"]
  },
): Promise<Earlier> => {
  const files = isSeries ? seriesOf(path, log) : existsSync(path) ? [path] : []
  if (files.length === 0) {
    log("info", `${path} does not exist yet: starting from the beginning`)
    return { book: undefined, term: 1 }
  }
  const most = withinHeap().bytes ?? Infinity
  const reading = new Reading((book, bytes) => {
    // A book may shrink again. One that is far beyond the bound would end the process without a word.
    if (bytes > 2 * most) throw beyondBound(path, book, bytes, most)
  })
  for (const file of files) {
    const { tornBytes, wholeBytes } = await reading.read(file).catch((cause: unknown) => {
      throw isBrokenPack(cause) ? brokenPack(file, cause) : cause
    })
    if (tornBytes === 0) continue
    log("warn", `${file} ends in the middle of a line: the torn part (${tornBytes} bytes) is skipped`)
    if (wholeBytes !== undefined) cutOwnOutput(file, wholeBytes)
  }
  const { book, term } = reading
  if (book.run === undefined) {
    log("info", `${path} holds no records yet: starting from the beginning`)
    return { book: undefined, term: 1 }
  }
  if (book.lossy) {
    log("warn", `${path} ends with a loss that no resnapshot made good: the whole book is sent`)
    return { book: undefined, term: term + 1 }
  }
  requireRoom(path, book)
  log(
    "info",
    `resuming run ${book.run} from ${path}: ${contentOf(book)}, unverified until the feed confirms them`,
  )
  return { book, term: term + 1 }
}

/** Fails where a book is larger than a run with these limits may keep: nothing new would fit in it. */
export const requireRoom = (path: string, book: Book, limits: Partial<StateLimits> = {}): void => {
  const { bytes: most = Infinity } = withinHeap(limits)
  const bytes = bookSize(book)
  if (bytes > most) throw beyondBound(path, book, bytes, most)
}

const beyondBound = (path: string, book: Book, bytes: number, most: number): Failure =>
  new Failure(
    ExitCode.badInput,
    `Cannot resume from ${path}: its book (${contentOf(book)}) takes ${sizeText(bytes)}, and this run may keep ` +
      `${sizeText(most)}. Give the process more memory (NODE_OPTIONS=--max-old-space-size=MEBIBYTES), raise ` +
      "limits.bytes where it is set, or give another name to start a new file.",
  )

const linesOf = (book: Book): number => {
  let lines = 0
  for (const game of book.games.values()) lines += game.lines.size
  return lines
}

/** What a book holds, in few words. */
export const contentOf = (book: Book): string => `${book.games.size} games, ${linesOf(book)} lines`

/** Whether this is a decoder's complaint about what it was given, and not the system's about the file. */
const isBrokenPack = (cause: unknown): cause is Error =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" && /^(?:Z|ZSTD)_/.test(cause.code)

const brokenPack = (file: string, cause: Error): Failure =>
  new Failure(
    ExitCode.badInput,
    `Cannot resume from ${file}: it cannot be decompressed (${cause.message}). ` +
      "Restore it from a copy, or give another name to start a new file.",
    { cause },
  )

/**
 * The files that the file sink has made of one path, in order: the numbered ones, then the unfinished one. They are
 * found by their names. Pipes, links and files of other users are left out.
 */
const seriesOf = (path: string, log: CommandLog["log"]): ReadonlyArray<string> => {
  const folder = dirname(path)
  if (!existsSync(folder)) return []
  const pieces: Array<{ readonly name: string; readonly order: number }> = []
  for (const name of readdirSync(folder)) {
    const isPart = name.endsWith(".part")
    const whole = isPart ? name.slice(0, -".part".length) : name
    const number = whole === basename(path) ? 0 : numberIn(whole, basename(path))
    if (number === undefined) continue
    const file = join(folder, name)
    // What the user names may be a link or a pipe.
    const stats = lstatSync(file, { throwIfNoEntry: false })
    // Deleted meanwhile.
    if (stats === undefined) continue
    if (name !== basename(path) && !stats.isFile() || isPlanted(file)) {
      log("warn", `${file} is skipped: the sink did not write it, or another user can create files there`)
    } else pieces.push({ name, order: isPart ? Infinity : number })
  }
  return pieces.sort((a, b) => a.order - b.order).map(({ name }) => join(folder, name))
}

/** The number that a piece of a file has in its name: 2 in `odds.2.ndjson`, a piece of `odds.ndjson`. */
const numberIn = (name: string, of: string): number | undefined => {
  for (const match of name.matchAll(/\.(\d+)(?=\.|$)/g)) {
    if (name.slice(0, match.index) + name.slice(match.index + match[0].length) === of) return Number(match[1])
  }
  return undefined
}

/** Where our own output is appended to this file (`>> FILE`), its torn end would swallow our first line. */
const cutOwnOutput = (file: string, wholeBytes: number): void => {
  const own = statOf(1)
  const that = statSync(file)
  if (own?.isFile() === true && own.dev === that.dev && own.ino === that.ino) ftruncateSync(1, wholeBytes)
}

const statOf = (descriptor: number): Stats | undefined => {
  try {
    return fstatSync(descriptor)
  } catch {
    // A closed stdout is no file.
    return undefined
  }
}

interface End {
  /** The number of bytes after the last line feed. */
  readonly tornBytes: number
  /** Up to and including the last line feed. Undefined where the file is compressed. */
  readonly wholeBytes: number | undefined
}

/** So many records are folded at once: each fold copies the table of games. */
const chunk = 5_000

class Reading {
  book: Book = emptyBook
  term = 0
  #records: Array<Change | Control> = []
  #run: string | undefined
  /** Lines at the last measurement, and records since then. */
  #measured = 0
  #since = 0
  readonly #onSize: (book: Book, bytes: number) => void

  /** `onSize` is called with the size of the book now and then while it grows. It may throw. */
  constructor(onSize: (book: Book, bytes: number) => void) {
    this.#onSize = onSize
  }

  async read(file: string): Promise<End> {
    let length = 0
    let line = 0
    const splitter = new LineSplitter({
      maxBytes: lineLimit().maxBytes,
      onTooLong: (tooLong) => {
        throw new Failure(
          ExitCode.badInput,
          `Cannot resume from ${file}: line ${tooLong.line} is longer than ${tooLong.maxBytes} bytes. ` +
            "Give a file that --emit changes wrote, or another name to start a new one.",
        )
      },
    })
    for await (const bytes of bytesOf(file)) {
      length += bytes.length
      for (const text of splitter.push(bytes)) {
        line++
        if (text.trim() !== "") this.#take(text, file, line)
      }
    }
    this.#fold()
    const tornBytes = splitter.heldBytes
    return { tornBytes, wholeBytes: /\.(?:gz|zst)(?:\.part)?$/.test(file) ? undefined : length - tornBytes }
  }

  #take(text: string, file: string, line: number): void {
    const refuse = (found: string, remedy: string): Failure =>
      new Failure(ExitCode.badInput, `Cannot resume from ${file}: line ${line} ${found}. ${remedy}`)
    const parsed = parse(text)
    if (parsed === undefined) {
      throw refuse("is not JSON", "Give a file that --emit changes wrote, or another name to start a new one.")
    }
    const fault = recordFault(parsed)
    if (fault !== undefined) {
      throw refuse(
        `is not a record of changes (${fault})`,
        "Only what --emit changes writes, with all fields, can be resumed: give such a file, or another name.",
      )
    }
    const record = parsed as Change | Control
    const control = "control" in record ? record.control : undefined
    // A lane reports what it lost, of an earlier run too, in its own name.
    if (record.run !== this.#run && control !== "dropped") {
      if (control === "stream_started" || control === "stream_resumed") this.#run = record.run
      else {
        throw refuse(
          `is a ${
            control ?? ("change" in record ? record.change : "record")
          } of run ${record.run}, whose beginning is missing`,
          "It was written with --no-control, or an earlier file holds its beginning: start a new file.",
        )
      }
    }
    if ("control" in record && (record.control === "stream_started" || record.control === "stream_resumed")) {
      this.term = Math.max(this.term, record.term ?? 0)
    }
    this.#records.push(record)
    if (this.#records.length >= chunk) this.#fold()
  }

  #fold(): void {
    this.book = fold(this.book, this.#records)
    this.#since += this.#records.length
    this.#records = []
    // As often as it can have doubled: measuring takes a look at every line.
    if (this.#since <= Math.max(this.#measured, 10 * chunk)) return
    this.#measured = linesOf(this.book)
    this.#since = 0
    this.#onSize(this.book, bookSize(this.book))
  }
}

/** The bytes of a file, decompressed where its name says so, as far as they can be read: it may have been cut off. */
async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* decompressed(file, { name: file.replace(/\.part$/, ""), mayBeCut: true })
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "Z_BUF_ERROR") throw cause
    // A zstd file ends in the middle of a frame: what came before it is whole.
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The caller says which line is not JSON.
    return undefined
  }
}
