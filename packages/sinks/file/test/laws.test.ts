import { laws } from "@boltodds/lane"
import { type Compress, file, type FileOptions } from "@boltodds/sink-file"
import { join } from "node:path"
import { describe, it } from "vitest"
import { linesOf, tempFolder, tree } from "./fixtures/files.ts"

const forms: ReadonlyArray<Compress> = ["none", "gzip", "zstd"]
const settings: ReadonlyArray<readonly [string, Omit<FileOptions, "path">]> = [
  ["one file", {}],
  ["files of 4 KiB, each batch on the disk", { rotate: { bytes: 4096 }, fsync: "batch" }],
]

/** `odds.ndjson`, `odds.1.ndjson`, … in their order. */
const numberOf = (name: string): number => Number(/\.(\d+)\.ndjson/.exec(name)?.[1] ?? 0)

for (const compress of forms) {
  for (const [name, options] of settings) {
    describe(`${compress}, ${name}`, () => {
      for (const law of laws) {
        it(law.name, () => {
          const folder = tempFolder()
          return law.run({
            sink: file({ path: join(folder, "odds.ndjson"), compress, ...options }),
            received: () =>
              tree(folder).toSorted((a, b) => numberOf(a) - numberOf(b)).flatMap((path) => linesOf(join(folder, path))),
          })
        })
      }
    })
  }
}
