/** Every emit's schema as a file, packages/protocol/schemas: `UPDATE_SCHEMAS=1 pnpm vitest run packages/parts/test/schemas` writes them. */
import { emitJsonSchema } from "@boltodds/config"
import { makeRegistry } from "@boltodds/parts"
import { Ajv2020 } from "ajv/dist/2020.js"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const folder = new URL("../../protocol/schemas/", import.meta.url)
// `vendor` is the protocol of the feed itself.
const emits = ((await makeRegistry()).emits ?? []).filter(({ name }) => name !== "vendor")

/** Fields without a description, as paths. */
const undescribed = (value: unknown, path = ""): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => {
    const at = `${path}/${key}`
    if (key !== "properties" || typeof entry !== "object" || entry === null) return undescribed(entry, at)
    return Object.entries(entry).flatMap(([name, field]: [string, unknown]) => [
      ...typeof field === "object" && field !== null && !("description" in field) ? [`${at}/${name}`] : [],
      ...undescribed(field, `${at}/${name}`),
    ])
  })
}

describe("the schemas of emits", () => {
  it("are one file for each", () => {
    const names = emits.map(({ name }) => `${name}.schema.json`).toSorted()
    if (process.env["UPDATE_SCHEMAS"] === undefined) {
      expect(readdirSync(folder).filter((name) => name.endsWith(".schema.json")).toSorted()).toEqual(names)
    }
    expect(names).toContain("quotes.schema.json")
  })

  it.each(emits.map((emit) => [emit.name, emit] as const))(
    "%s: current, with an $id, every field described",
    (name, emit) => {
      const schema = emitJsonSchema(emit)
      const text = `${JSON.stringify(schema, undefined, 2)}\n`
      const file = new URL(`${name}.schema.json`, folder)
      if (process.env["UPDATE_SCHEMAS"] !== undefined) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(file, text)
      }
      expect(readFileSync(file, "utf8")).toBe(text)
      expect(schema.$id).toBe(`https://github.com/boltodds/boltodds/schemas/${name}.schema.json`)
      expect(undescribed(schema)).toEqual([])
      expect(() => new Ajv2020({ strict: false }).compile(schema)).not.toThrow()
    },
  )
})
