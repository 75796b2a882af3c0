/** The lines of recordings in files. */
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { zstdFrames } from "./zstdFrames.ts"

/** The lines of a stream of text. */
export async function* linesIn(stream: Readable): AsyncGenerator<string> {
  let failure: unknown
  const lines = createInterface({ input: stream, crlfDelay: Infinity })
  // A stream that fails ends its lines in silence.
  stream.once("error", (cause) => {
    failure = cause
    lines.close()
  })
  for await (const line of lines) yield line
  if (failure !== undefined) throw failure
}

/** The lines of files, one file behind the other; those that end in `.gz` and `.zst` are decompressed. */
export async function* linesOfFiles(files: ReadonlyArray<string>): AsyncGenerator<string> {
  for (const file of files) yield* linesIn(decompressed(file))
}

const decompressed = (file: string): Readable => {
  const bytes = createReadStream(file)
  if (file.endsWith(".zst")) return Readable.from(zstdFrames(bytes))
  if (!file.endsWith(".gz")) return bytes
  const through = createGunzip()
  bytes.once("error", (cause) => through.destroy(cause))
  return bytes.pipe(through)
}
