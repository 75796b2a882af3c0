/** A compressing stream of `node:zlib`, one flushed piece at a time. */
import type { Transform } from "node:stream"
import type { Zlib } from "node:zlib"
import type { Encoder } from "./Codec.ts"

/** A stream that can be flushed. */
type Flushing = Transform & Zlib & {
  readonly flush: (kind: number, callback: () => void) => void
}

/** Everything a piece becomes has come out when `add` returns. */
export const flushed = (stream: Flushing, kind: number): Encoder => {
  let chunks: Array<Buffer> = []
  let fail: ((cause: Error) => void) | undefined
  stream.on("data", (chunk: Buffer) => chunks.push(chunk))
  stream.on("error", (cause: Error) => fail?.(cause))
  return {
    add: async (piece) => {
      await new Promise<void>((done, failed) => {
        fail = failed
        stream.write(piece)
        stream.flush(kind, done)
      })
      fail = undefined
      // What was flushed may still be on its way out of the stream.
      while (stream.readableLength > 0) await new Promise((done) => setImmediate(done))
      const bytes = Buffer.concat(chunks)
      chunks = []
      return bytes
    },
    close: () => void stream.destroy(),
  }
}
