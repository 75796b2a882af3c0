/** Zstandard files of several frames. */
import { Readable } from "node:stream"
import { createZstdDecompress } from "node:zlib"

/**
 * Decompresses a file of several frames, which a file that is written bit by bit has (RFC 8878, section 3). Node's
 * decoder ends with the first frame; the bytes that it did not take begin the next.
 */
export async function* zstdFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]()
  let rest: ReadonlyArray<Buffer> = []
  const source = { isOver: false }
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
