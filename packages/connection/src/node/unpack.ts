/** Decoding of bodies in a content coding (RFC 9110, section 8.4.1). */
import type { Transform } from "node:stream"
import * as zlib from "node:zlib"

const decoders: Readonly<Record<string, (body: Buffer) => Transform>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  // With a zlib header as in the standard, or without one, as some servers send it.
  deflate: (body) => ((body[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
}

/**
 * Decodes a body, up to `maxBytes`. gzip and zstd are recognized without the header too. Rejects an unknown coding, a
 * damaged body, and a body that is larger.
 */
export const unpack = async (body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> => {
  const named = (encoding ?? "").toLowerCase().split(",").map((name) => name.trim()).filter((name) =>
    name !== "" && name !== "identity"
  )
  const codings = named.length > 0 ? named : codingOf(body)
  let plain = body
  for (const name of codings.toReversed()) {
    const make = decoders[name]
    if (make === undefined) throw new Error(`the answer is in an unknown coding: ${JSON.stringify(name)}`)
    plain = await decode(make(plain), plain, name, maxBytes)
  }
  return plain
}

const codingOf = (body: Buffer): ReadonlyArray<string> => {
  if (body[0] === 0x1f && body[1] === 0x8b) return ["gzip"]
  return body.length >= 4 && body.readUInt32LE(0) === 0xfd2fb528 ? ["zstd"] : []
}

const decode = (decoder: Transform, packed: Buffer, name: string, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    decoder.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes) decoder.destroy(new TooLarge(maxBytes))
    })
    decoder.on("end", () => resolve(Buffer.concat(chunks)))
    decoder.on("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause instanceof TooLarge
          ? cause
          : new Error(`the answer is not valid ${name} (${cause.code ?? cause.message})`),
      ))
    decoder.end(packed)
  })

class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`)
  }
}
