/** The forms of files. */
import type { Compress } from "../Compress.ts"
import type { Codec } from "./Codec.ts"
import { gzip } from "./gzip.ts"
import { plainCodec } from "./plain.ts"
import { zstd } from "./zstd.ts"

/** The codec of a way to compress. Throws where this runtime's `node:zlib` does not have it. */
export const codecOf = (compress: Compress): Codec =>
  compress === "gzip" ? gzip : compress === "zstd" ? zstd() : plainCodec
