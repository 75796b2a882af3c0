/** The files that a file sink made, as their readers see them. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { constants, gunzipSync, zstdDecompressSync } from "node:zlib"
import type { Row } from "@boltodds/testing/HookReceiver"

/** Frame by frame: Node's own decoder stops after the first. Of a last one that is cut off, the readable part. */
const unzstd = (bytes: Buffer, isTorn: boolean): Buffer => {
  const texts: Array<Buffer> = []
  for (let at = 0; at < bytes.length;) {
    const options = { info: true, ...isTorn ? { finishFlush: constants.ZSTD_e_flush } : {} }
    const { buffer, engine } = zstdDecompressSync(bytes.subarray(at), options) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    texts.push(buffer)
    if (engine.bytesWritten === 0) break
    at += engine.bytesWritten
  }
  return Buffer.concat(texts)
}

/**
 * The rows of a file. A complete one must end well. One that is being written may end anywhere: up to its last newline
 * all of it must be readable.
 */
export const rowsOf = (path: string): ReadonlyArray<Row> => {
  const isTorn = path.endsWith(".part")
  const bytes = readFileSync(path)
  const text = path.includes(".gz")
    ? gunzipSync(bytes, isTorn ? { finishFlush: constants.Z_SYNC_FLUSH } : {})
    : path.includes(".zst")
    ? unzstd(bytes, isTorn)
    : bytes
  const lines = text.toString("utf8").split("\n")
  const rest = lines.pop()
  if (rest !== "" && !isTorn) throw new Error(`${path} ends within a line`)
  return lines.map((line) => JSON.parse(line) as Row)
}

const numberOf = (name: string): number => Number(/\.(\d+)\.ndjson/.exec(name)?.[1] ?? 0)

/** The names of the files `stem.ndjson…` in a folder, in the order in which they were written. */
export const filesOf = (folder: string, stem: string): ReadonlyArray<string> =>
  readdirSync(folder).filter((name) => name.startsWith(`${stem}.`) && name.includes(".ndjson"))
    .toSorted((a, b) => numberOf(a) - numberOf(b) || Number(a.endsWith(".part")) - Number(b.endsWith(".part")))

/** All rows of a series of files. */
export const recorded = (folder: string, stem: string): ReadonlyArray<Row> =>
  filesOf(folder, stem).flatMap((name) => rowsOf(join(folder, name)))
