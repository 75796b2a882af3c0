/** The lines of recordings in files. */
import { readLines } from "@boltodds/text"
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { lineLimit } from "./heap.ts"
import { zstdFrames } from "./zstdFrames.ts"

/** The lines of files, one file after the other. Files named `.gz` and `.zst` are decompressed. Can be read once. */
export class RecordedLines {
  readonly #files: ReadonlyArray<string>
  /** The number of lines before each file that was begun. */
  readonly #before: Array<number> = []

  constructor(files: ReadonlyArray<string>) {
    this.#files = files
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    let count = 0
    for (const file of this.#files) {
      this.#before.push(count)
      for await (const line of readLines(decompressed(file), lineLimit())) {
        count += 1
        yield line
      }
    }
  }

  /** Names a line for errors, by its number among all lines: `line 3 of day.ndjson`. */
  readonly placeOf = (number: number): string => {
    const index = Math.max(0, this.#before.findLastIndex((before) => before < number))
    return `line ${number - (this.#before[index] ?? 0)} of ${this.#files[index]}`
  }
}

const decompressed = (file: string): Readable => {
  const bytes = createReadStream(file)
  if (file.endsWith(".zst")) return Readable.from(zstdFrames(bytes))
  if (!file.endsWith(".gz")) return bytes
  const through = createGunzip()
  bytes.once("error", (cause) => through.destroy(cause))
  return bytes.pipe(through)
}
