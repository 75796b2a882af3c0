/** The description of the feed as a file, in packages/protocol/schemas: `UPDATE_SCHEMAS=1 pnpm vitest run packages/protocol/test/schemas` writes them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { asyncApi } from "./asyncApi.ts"

const folder = new URL("../../schemas/", import.meta.url)
const files: Readonly<Record<string, () => unknown>> = {
  "feed.asyncapi.json": asyncApi,
}

describe("the description of the feed", () => {
  it.each(Object.entries(files))("%s is current", (name, make) => {
    const text = `${JSON.stringify(make(), undefined, 2)}\n`
    if (process.env["UPDATE_SCHEMAS"] !== undefined) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(new URL(name, folder), text)
    }
    expect(readFileSync(new URL(name, folder), "utf8")).toBe(text)
  })
})

describe("the AsyncAPI document", () => {
  it("refers to nothing that is not there", () => {
    const document = asyncApi()
    const found = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)
    let count = 0
    for (const [, path] of found) {
      count += 1
      const target = path!.split("/").reduce<unknown>(
        (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key.replaceAll("~1", "/")],
        document,
      )
      expect(target, path).toBeDefined()
    }
    expect(count).toBeGreaterThan(20)
  })
})
