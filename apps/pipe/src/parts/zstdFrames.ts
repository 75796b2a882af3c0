/** Zstandard files of several frames. */
import { Readable } from "node:stream"
import { createZstdDecompress } from "node:zlib"

/**
 * The bytes of a file of several frames, which is what a file that is written bit by bit is (RFC 8878, section 3): Node's
 * decoder ends with the first frame, and what it did not take begins the next.
 */
export async function* zstdFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]()
  let rest: ReadonlyArray<Buffer> = []
  const source = { isOver: false }
  do {
    const decoder = createZstdDecompress()
    const given = new Given()
    const input = (async function* (): AsyncGenerator<Buffer> {
      for (const chunk of rest) yield given.take(chunk, decoder.bytesWritten)
      while (!source.isOver) {
        const next = await chunks.next()
        if (next.done === true) source.isOver = true
        else yield given.take(next.value, decoder.bytesWritten)
      }
    })()
    const stream = Readable.from(input, { objectMode: false })
    stream.once("error", (cause) => decoder.destroy(cause))
    // The loop below hears of the first; what fails behind it, because it was let go, is no news.
    decoder.on("error", () => {})
    stream.pipe(decoder)
    try {
      for await (const output of decoder) yield output
    } finally {
      stream.unpipe()
      decoder.destroy()
    }
    // Waits for a chunk that is on its way: it belongs to the next frame.
    await input.return(undefined)
    rest = given.behind(decoder.bytesWritten)
  } while (!source.isOver || rest.length > 0)
}

/** What a decoder was given, as long as it may not have taken it. */
class Given {
  #chunks: Array<Buffer> = []
  /** Where the first of the chunks begins. */
  #start = 0

  take(chunk: Buffer, taken: number): Buffer {
    while (this.#chunks.length > 0 && this.#start + this.#chunks[0]!.length <= taken) {
      this.#start += this.#chunks.shift()!.length
    }
    this.#chunks.push(chunk)
    return chunk
  }

  behind(taken: number): ReadonlyArray<Buffer> {
    const left = Buffer.concat(this.#chunks).subarray(taken - this.#start)
    return left.length === 0 ? [] : [left]
  }
}
