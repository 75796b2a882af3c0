/** What users load stays within the budgets of tools/budgets.json, and what runs in a browser or at an edge has no node: in it. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"
import { root } from "../workspace.ts"
import { within } from "../budgets.ts"

const budgets: Readonly<Record<string, number>> = JSON.parse(readFileSync(join(root, "tools", "budgets.json"), "utf8"))

/** What a program that consists of this becomes, for a browser. */
const bundled = async (code: string): Promise<{ readonly text: string; readonly imports: ReadonlyArray<string> }> => {
  const entry = "\0entry.ts"
  // A package that names all of these.
  const place = join(root, "packages", "parts", "src", "index.ts")
  const build = await rolldown({
    input: entry,
    platform: "browser",
    resolve: { conditionNames: ["@boltodds/source", "module", "import", "default"] },
    plugins: [{
      name: "entry",
      resolveId(id, importer) {
        return id === entry ? id : importer === entry ? this.resolve(id, place) : null
      },
      load: (id) => id === entry ? { code, moduleType: "ts" } : null,
    }],
  })
  const { output } = await build.generate({ format: "esm", minify: true })
  await build.close()
  return {
    text: output.map((chunk) => chunk.type === "chunk" ? chunk.code : "").join(""),
    imports: output.flatMap((chunk) => chunk.type === "chunk" ? chunk.imports : []),
  }
}

describe("the budgets", () => {
  it.each([
    ["parseOdds alone, in bytes", 'import { parseOdds } from "@boltodds/protocol"\nconsole.log(parseOdds("-110"))'],
    [
      "a book of changes in a browser (BookFold, isLive), in bytes",
      'import { BookFold, isLive } from "@boltodds/protocol"\nconsole.log(BookFold, isLive)',
    ],
  ])("%s", async (name, code) => {
    const { text } = await bundled(code)
    expect(within(name, Buffer.byteLength(text), budgets)).toBeUndefined()
  })

  it("fail when they are exceeded, and say by how much", () => {
    expect(within("x", 1100, { x: 1000 })).toBe("x: 1100, which is 100 above the budget of 1000 in tools/budgets.json")
    expect(within("x", 1000, { x: 1000 })).toBeUndefined()
    expect(within("x", 1, {})).toBe("x has no budget in tools/budgets.json")
  })
})

describe("what runs in a browser or at an edge", () => {
  it.each(["text", "odds", "protocol", "market", "state", "signals"])(
    "@boltodds/%s has nothing of Node in it",
    async (name) => {
      const { text, imports } = await bundled(`import * as all from "@boltodds/${name}"\nconsole.log(all)`)
      expect(imports).toEqual([])
      // Effect asks for a module of Node where there is one, and does without it elsewhere.
      const plain = text.replaceAll(/getBuiltinModule\?\.\(`node:\w+`\)\?\./g, "")
      expect(/["'`]node:/.test(plain)).toBe(false)
    },
  )
})
