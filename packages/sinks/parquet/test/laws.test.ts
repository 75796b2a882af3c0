import { laws } from "@boltodds/lane"
import { parquet, type ParquetOptions } from "@boltodds/sink-parquet"
import { RowTexts } from "@boltodds/testing/rowTexts"
import { join } from "node:path"
import { describe, it } from "vitest"
import { rowsOf, tempFolder } from "./fixtures/files.ts"

const settings: ReadonlyArray<readonly [string, Omit<ParquetOptions, "path">]> = [
  ["one file", {}],
  ["files of 32 KiB", { rotate: { bytes: 32_768 } }],
]

for (const [name, options] of settings) {
  describe(`as a sink, ${name}, read back by DuckDB`, () => {
    for (const law of laws) {
      it(law.name, () => {
        const folder = tempFolder()
        const texts = new RowTexts()
        return law.run({
          sink: texts.notingOpened(parquet({ path: join(folder, "odds.parquet"), ...options }, { emit: "changes" })),
          received: async () => (await rowsOf(folder, texts.table.columns)).map((row) => texts.textOf(row)),
        })
      })
    }
  })
}
