/** REST bodies in a content coding. */
import { nodeGet } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect } from "vitest"
import * as zlib from "node:zlib"
import { localServer } from "@boltodds/testing/LocalServer"

const body = JSON.stringify({ sports: ["NBA", "Ligue 1 – Féminine"], sportsbooks: ["draftkings"] })
const plain = Buffer.from(body)

const get = (encoding: string | undefined, bytes: Buffer, maxBytes = 100_000) =>
  Effect.scoped(Effect.gen(function* () {
    const { http } = yield* localServer({
      request: (_, response) =>
        response.writeHead(200, encoding === undefined ? {} : { "content-encoding": encoding }).end(bytes),
    })
    return yield* nodeGet(Redacted.make(`${http}?key=k`), { maxBytes })
  }))

const packed: ReadonlyArray<readonly [string | undefined, Buffer]> = [
  ["gzip", zlib.gzipSync(plain)],
  ["x-gzip", zlib.gzipSync(plain)],
  ["GZIP", zlib.gzipSync(plain)],
  ["gzip", Buffer.concat([zlib.gzipSync(plain.subarray(0, 9)), zlib.gzipSync(plain.subarray(9))])],
  ["deflate", zlib.deflateSync(plain)],
  ["deflate", zlib.deflateRawSync(plain)],
  ["br", zlib.brotliCompressSync(plain)],
  ["zstd", zlib.zstdCompressSync(plain)],
  ["gzip, br", zlib.brotliCompressSync(zlib.gzipSync(plain))],
  ["identity", plain],
  ["", plain],
  [undefined, zlib.gzipSync(plain)],
  [undefined, zlib.zstdCompressSync(plain)],
  [undefined, plain],
]

describe("a REST body", () => {
  for (const [encoding, bytes] of packed) {
    it.live(`of ${bytes.length} bytes sent as ${JSON.stringify(encoding)} is unpacked`, () =>
      Effect.gen(function* () {
        expect((yield* get(encoding, bytes)).body).toBe(body)
      }))
  }

  for (const [encoding, pack] of [["gzip", zlib.gzipSync], ["br", zlib.brotliCompressSync]] as const) {
    it.live(`in ${encoding} that unpacks to more than the bound is refused`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(get(encoding, pack(Buffer.alloc(50_000_000))))
        expect(error.message).toBe("the answer is larger than 100000 bytes")
      }))
  }

  it.live("that is damaged or in an unknown coding is refused, with the name of the coding", () =>
    Effect.gen(function* () {
      const cut = zlib.gzipSync(plain).subarray(0, 20)
      expect((yield* Effect.flip(get("gzip", cut))).message).toBe("the answer is not valid gzip (Z_BUF_ERROR)")
      expect((yield* Effect.flip(get("br", plain))).message).toMatch(/^the answer is not valid br \(ERR/)
      expect((yield* Effect.flip(get("lzma", plain))).message).toBe('the answer is in an unknown coding: "lzma"')
    }))
})
