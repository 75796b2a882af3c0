/** Every field of every emit has a column. */
import { builtinEmits, type EmitPlugin, type FieldKind } from "@boltodds/config"
import { tableOf, tables } from "@boltodds/tables"
import { describe, expect, it } from "vitest"
import { makeRegistry } from "../src/index.ts"

const registry = await makeRegistry()
const emits: ReadonlyArray<EmitPlugin> = registry.emits ?? builtinEmits

/** A value that such a field may have. */
const valueOf = (kind: FieldKind): unknown => {
  if (kind === "number") return 1
  if (kind === "flag") return true
  if (kind === "pair" || kind === "any") return [1, 2]
  return "2026-07-16T04:54:37.438Z"
}

describe("the table of", () => {
  const plain = emits.filter(({ name }) => name !== "raw" && name !== "vendor" && name !== "messages")
  it.each(plain.map((emit) => [emit.name, emit] as const))(
    "%s has a column for every field",
    (name, { fields = {} }) => {
      const table = tableOf(name)
      expect(table, `${name} needs a table in packages/tables`).toBeDefined()
      const record = Object.fromEntries(Object.entries(fields).map(([field, kind]) => [field, valueOf(kind)]))
      // A probability by side is an object, and the same field elsewhere a number.
      const row = table!.rowOf(record)!
      const details = row[table!.columns.findIndex((column) => column.name === "details")] ?? null
      expect(details).toBe(null)
    },
  )

  it("all emits are these", () => {
    expect(emits.map(({ name }) => name).filter((name) => name !== "raw" && name !== "vendor").toSorted()).toEqual(
      tables.map(({ name }) => name).toSorted(),
    )
  })
})
