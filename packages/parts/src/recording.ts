/** Recordings in files: their lines, plain or compressed, within the heap of this process. */
import { type LineOptions, LineSplitter, longestLineFor } from "@boltodds/text"
import { createReadStream } from "node:fs"
import { pipeline, Readable } from "node:stream"
import { constants, createGunzip, createZstdDecompress } from "node:zlib"
import type { StateLimits } from "@boltodds/state"
import { getHeapStatistics } from "node:v8"

/** The lines of files, one file after the other. Files named `.gz` and `.zst` are decompressed. Can be read once. */
export class RecordedLines {
  readonly #files: ReadonlyArray<string>
  /** The number of lines before each file that was begun. */
  readonly #before: Array<number> = []

  constructor(files: ReadonlyArray<string>) {
    this.#files = files
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for await (const lines of this.chunks()) yield* lines
  }

  /** The lines as they are read: those that end in one chunk of bytes. */
  async *chunks(): AsyncGenerator<ReadonlyArray<string>> {
    let count = 0
    for (const file of this.#files) {
      this.#before.push(count)
      for await (const lines of linesOfChunks(decompressed(file))) {
        count += lines.length
        yield lines
      }
    }
  }

  /** Names a line for errors, by its number among all lines: `line 3 of day.ndjson`. */
  readonly placeOf = (number: number): string => {
    const index = Math.max(0, this.#before.findLastIndex((before) => before < number))
    return `line ${number - (this.#before[index] ?? 0)} of ${this.#files[index]}`
  }
}

/** The lines of a stream of bytes, those of each chunk at once. */
export async function* linesOfChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ReadonlyArray<string>> {
  const splitter = new LineSplitter(lineLimit())
  for await (const chunk of chunks) {
    const lines = [...splitter.push(chunk)]
    if (lines.length > 0) yield lines
  }
  const last = splitter.end()
  if (last !== undefined) yield [last]
}

/** How {@link decompressed} reads a file. */
export interface DecompressOptions {
  /** The name whose ending says how the file is compressed. Default: that of the file. */
  readonly name?: string
  /** A gzip file that ends too early is read as far as it goes, without an error. Default false. */
  readonly mayBeCut?: boolean
}

/**
 * The bytes of a file, decompressed if its name ends with `.gz` or `.zst`. The file is closed when all is read, when the
 * reader stops, and after an error.
 */
export const decompressed = (file: string, { name = file, mayBeCut = false }: DecompressOptions = {}): Readable => {
  if (name.endsWith(".zst")) return Readable.from(zstdFrames(file))
  const bytes = createReadStream(file)
  if (!name.endsWith(".gz")) return bytes
  // `pipe` alone leaves the file open where the decoder fails or is destroyed. The reader gets the error from the decoder.
  return pipeline(bytes, createGunzip(mayBeCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {}), () => {})
}

/** V8's heap limit includes the young generation (three spaces of 64 MiB), where nothing stays. */
const youngBytes = 192 * 1024 * 1024

/** The share of the heap that the book may take. A copy of it can exist for a moment, and messages need room too. */
const bookShare = 1 / 3

/** The bytes that can stay in V8's heap: its limit without the young generation. */
export const lastingHeap = (limit: number = getHeapStatistics().heap_size_limit): number =>
  Math.floor(Math.max(limit - youngBytes, limit / 4))

/** The same limits, with `bytes` at most a third of V8's heap. */
export const withinHeap = (limits: Partial<StateLimits> = {}): Partial<StateLimits> => {
  const bytes = Math.max(1, Math.floor(lastingHeap() * bookShare))
  return { ...limits, bytes: Math.min(limits.bytes ?? bytes, bytes) }
}

/** How long a line of a file may be. A longer one fails the read, and the error says what to do. */
export const lineLimit = (maxBytes: number = longestLineFor(lastingHeap())): LineOptions => ({
  maxBytes,
  onTooLong: () => {
    throw new Error(
      `it is longer than ${maxBytes} bytes. Is it a recording, with a line for each event? ` +
        "If so, give the process more memory: NODE_OPTIONS=--max-old-space-size=4096",
    )
  },
})

/**
 * Decompresses a file of several frames, which a file that is written bit by bit has (RFC 8878, section 3). Node's
 * decoder ends with the first frame; the bytes that it did not take begin the next. The file is opened at the first read,
 * and closed at the end and after an error.
 */
async function* zstdFrames(file: string): AsyncGenerator<Buffer> {
  const bytes = createReadStream(file)
  const chunks: AsyncIterator<Buffer> = bytes[Symbol.asyncIterator]()
  let rest: ReadonlyArray<Buffer> = []
  const source = { isOver: false }
  try {
    do {
      const decoder = createZstdDecompress()
      const input = new DecoderInput()
      const feeding = (async function* (): AsyncGenerator<Buffer> {
        for (const chunk of rest) yield input.add(chunk, decoder.bytesWritten)
        while (!source.isOver) {
          const next = await chunks.next()
          if (next.done === true) source.isOver = true
          else yield input.add(next.value, decoder.bytesWritten)
        }
      })()
      const stream = Readable.from(feeding, { objectMode: false })
      stream.once("error", (cause) => decoder.destroy(cause))
      // The loop below throws the first error. Errors after it come from the destroyed decoder and mean nothing.
      decoder.on("error", () => {})
      stream.pipe(decoder)
      try {
        for await (const output of decoder) yield output
      } finally {
        stream.unpipe()
        decoder.destroy()
      }
      // Waits for a chunk that is still being read: it belongs to the next frame.
      await feeding.return(undefined)
      rest = input.after(decoder.bytesWritten)
    } while (!source.isOver || rest.length > 0)
  } finally {
    bytes.destroy()
  }
}

/** The chunks that a decoder may not have taken yet. */
class DecoderInput {
  #chunks: Array<Buffer> = []
  /** The offset of the first chunk. */
  #start = 0

  add(chunk: Buffer, taken: number): Buffer {
    while (this.#chunks.length > 0 && this.#start + this.#chunks[0]!.length <= taken) {
      this.#start += this.#chunks.shift()!.length
    }
    this.#chunks.push(chunk)
    return chunk
  }

  after(taken: number): ReadonlyArray<Buffer> {
    const left = Buffer.concat(this.#chunks).subarray(taken - this.#start)
    return left.length === 0 ? [] : [left]
  }
}
