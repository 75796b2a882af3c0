/**
 * Lines of UTF-8 text. A line ends at LF and nowhere else, as NDJSON demands.
 *
 * `node:readline` ends lines at U+2028 and U+2029 too, which may stand unescaped in a JSON string, and so tears records.
 */

const lineFeed = 0x0a
const carriageReturn = 0x0d
const noBytes = new Uint8Array(0)
/** A larger buffer, which a longer line needed, is released once it is empty. In bytes. */
const keptBytes = 64 * 1024

/** A line that is longer than its reader allows. */
export class LineTooLong extends Error {
  readonly _tag = "LineTooLong"
  /** Counted from 1. */
  readonly line: number
  /** The bound, in bytes. */
  readonly maxBytes: number

  constructor(line: number, maxBytes: number) {
    super(`Cannot read line ${line}: it is longer than ${maxBytes} bytes`)
    this.name = "LineTooLong"
    this.line = line
    this.maxBytes = maxBytes
  }
}

const mebibyte = 1024 * 1024
/** A little less than V8's longest text, which has 2^29 - 24 characters. */
const longestText = 500 * mebibyte

/**
 * The longest line that a process should read, in bytes: a quarter of the memory that its engine may use, within 32 to
 * 500 MiB. A line is decoded and then parsed, and must fit twice.
 */
export const longestLineFor = (heapBytes: number): number =>
  Math.max(32 * mebibyte, Math.min(longestText, Math.floor(heapBytes / 4)))

/** How lines are read. */
export interface LineOptions {
  /**
   * The longest line, in bytes of UTF-8, without its LF.
   *
   * @default Infinity
   */
  readonly maxBytes?: number | undefined
  /**
   * Called for each line over the bound; the line is skipped and reading goes on. What it throws ends the reading.
   *
   * @default it throws the error
   */
  readonly onTooLong?: ((error: LineTooLong) => void) | undefined
}

/**
 * Splits bytes, as they arrive, into lines. Holds the bytes of one unfinished line, never more than the bound.
 *
 * One CR before the LF is left out, and a byte order mark before the first line. Bytes that are not UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #maxBytes: number
  readonly #onTooLong: (error: LineTooLong) => void
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  /** The unfinished line: the first `#heldBytes` of this buffer. */
  #held: Uint8Array = noBytes
  #heldBytes = 0
  /** The unfinished line is over the bound, and reported. */
  #skipping = false
  /** Lines that have begun. */
  #line = 1

  constructor({ maxBytes = Infinity, onTooLong }: LineOptions = {}) {
    this.#maxBytes = maxBytes
    this.#onTooLong = onTooLong ?? ((error) => {
      throw error
    })
  }

  /** The lines that end in these bytes. Take all of them before the bytes change. */
  *push(bytes: Uint8Array): Generator<string, void> {
    let from = 0
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      const part = bytes.subarray(from, end)
      from = end + 1
      const line = this.#complete(part)
      if (line !== undefined) yield line
    }
    this.#hold(bytes.subarray(from))
  }

  /** How many bytes came after the last LF. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** The last line where no LF ends it; undefined where there is none. */
  end(): string | undefined {
    return this.#heldBytes === 0 ? undefined : this.#decode(this.#takeHeld())
  }

  /** The line that ends with this part; undefined where it is over the bound. */
  #complete(part: Uint8Array): string | undefined {
    if (this.#heldBytes === 0 && !this.#skipping && part.length <= this.#maxBytes) return this.#decode(withoutCr(part))
    this.#hold(part)
    if (!this.#skipping) return this.#decode(withoutCr(this.#takeHeld()))
    this.#skipping = false
    this.#line++
    return undefined
  }

  /** Adds bytes to the unfinished line. */
  #hold(part: Uint8Array): void {
    if (this.#skipping || part.length === 0) return
    const length = this.#heldBytes + part.length
    if (length > this.#maxBytes) {
      this.#skipping = true
      this.#takeHeld()
      this.#onTooLong(new LineTooLong(this.#line, this.#maxBytes))
      return
    }
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.min(Math.max(2 * this.#held.length, length), this.#maxBytes))
      larger.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = larger
    }
    this.#held.set(part, this.#heldBytes)
    this.#heldBytes = length
  }

  #takeHeld(): Uint8Array {
    const bytes = this.#held.subarray(0, this.#heldBytes)
    this.#heldBytes = 0
    if (this.#held.length > keptBytes) this.#held = noBytes
    return bytes
  }

  #decode(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes)
    return this.#line++ === 1 && text.startsWith("\uFEFF") ? text.slice(1) : text
  }
}

const withoutCr = (line: Uint8Array): Uint8Array =>
  line[line.length - 1] === carriageReturn ? line.subarray(0, -1) : line

/**
 * The lines of a stream of bytes, such as a file or standard input of Node, or the body of a response.
 *
 * Fails as the stream does, and with {@link LineTooLong} for a line over the bound where no `onTooLong` is given. Ends
 * the stream when the reader stops early.
 *
 * @example
 * ```ts
 * import { readLines } from "@boltodds/text"
 *
 * const body = new Blob(['{"team":"A\u2028B"}\n{"team":"C"}']).stream()
 * for await (const line of readLines(body)) console.log(JSON.parse(line).team)
 * ```
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  options: LineOptions = {},
): AsyncGenerator<string, void> {
  const splitter = new LineSplitter(options)
  for await (const chunk of chunks) yield* splitter.push(chunk)
  const last = splitter.end()
  if (last !== undefined) yield last
}
