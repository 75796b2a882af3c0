/** The lines of recordings in files. */
import { readLines } from "@boltodds/text"
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { zstdFrames } from "./zstdFrames.ts"

/** The lines of files, one file after the other; those that end in `.gz` and `.zst` are decompressed. */
export async function* linesOfFiles(files: ReadonlyArray<string>): AsyncGenerator<string> {
  for (const file of files) yield* readLines(decompressed(file))
}

const decompressed = (file: string): Readable => {
  const bytes = createReadStream(file)
  if (file.endsWith(".zst")) return Readable.from(zstdFrames(bytes))
  if (!file.endsWith(".gz")) return bytes
  const through = createGunzip()
  bytes.once("error", (cause) => through.destroy(cause))
  return bytes.pipe(through)
}
