/** The codec of each way to compress, and the one of plain text. */
import type { FileHandle } from "node:fs/promises"
import type { Codec, Encoder, Sound } from "./Codec.ts"
import type { Compress } from "../PathTemplate.ts"
import { gzip } from "./gzip.ts"
import { zstd } from "./zstd.ts"

const nothing = Buffer.alloc(0)
const encoder: Encoder = { add: (piece) => Promise.resolve(piece), close: () => {} }
const chunkBytes = 64 * 1024
const newline = 0x0a

/** Looks backwards for the last newline. */
const findSound = async (file: FileHandle, size: number): Promise<Sound> => {
  const chunk = Buffer.alloc(chunkBytes)
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunkBytes)
    const { bytesRead } = await file.read(chunk, 0, end - start, start)
    const at = chunk.subarray(0, bytesRead).lastIndexOf(newline)
    if (at !== -1) return { keep: start + at + 1, end: nothing, rescuedLines: 0 }
    end = start
  }
  return { keep: 0, end: nothing, rescuedLines: 0 }
}

/** Lines without compression. */
export const plainCodec: Codec = {
  encoder: () => encoder,
  begin: nothing,
  end: () => nothing,
  hasMembers: false,
  findSound,
}

/** The codec of a way to compress. Throws where this runtime's `node:zlib` does not have it. */
export const codecOf = (compress: Compress): Codec =>
  compress === "gzip" ? gzip : compress === "zstd" ? zstd() : plainCodec
