import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"
import { noFacades } from "../bundle.ts"

describe("the bundle", () => {
  it("imports chunks without files that pass them on, whatever the names in them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-bundle-"))
    const files = {
      "package.json": `{ "type": "module" }`,
      "main.js": `const first = await import("./first.js"), second = await import("./second.js")
export const found = { ...first, ...second }`,
      "first.js": `export const $$ = 1, $1 = 2`,
      "second.js": `export const $_ = 3, plain = 4`,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const build = await rolldown({
      input: join(folder, "main.js"),
      plugins: [noFacades],
      preserveEntrySignatures: "allow-extension",
    })
    const { output } = await build.write({
      dir: join(folder, "dist"),
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: { groups: [{ name: "both", test: /(?:first|second)\.js$/ }] },
    })
    await build.close()
    expect(output.length).toBe(2)
    const { found } = await import(pathToFileURL(join(folder, "dist", "main.js")).href)
    expect(found).toEqual({ $$: 1, $1: 2, $_: 3, plain: 4 })
  })
})
