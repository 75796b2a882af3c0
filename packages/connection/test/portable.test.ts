/** The main entry runs in browsers: nothing it leads to may need a server runtime. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const source = fileURLToPath(new URL("../src", import.meta.url))

/** Everything a module imports, directly or not: its files, and the names of packages. */
const reach = (entry: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } => {
  const files = new Set<string>()
  const packages = new Set<string>()
  const pending = [join(source, entry)]
  while (pending.length > 0) {
    const file = pending.pop()!
    if (files.has(file)) continue
    files.add(file)
    expect(existsSync(file)).toBe(true)
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(/^(?:im|ex)port [^;=(]*?from "([^"]+)"/gms)) {
      if (specifier!.startsWith(".")) pending.push(join(dirname(file), specifier!))
      else packages.add(specifier!.startsWith("effect/") ? "effect" : specifier!)
    }
  }
  return { files, packages }
}

describe("the entries", () => {
  it("of browsers import only effect, the protocol and texts", () => {
    const { files, packages } = reach("index.ts")
    expect([...packages].sort()).toEqual(["@boltodds/protocol", "@boltodds/text", "effect"])
    expect([...files].filter((file) => file.includes("/node/"))).toEqual([])
    expect(files.size).toBeGreaterThan(20)
  })

  it("of servers import ws and the rest", () => {
    expect([...reach("node/index.ts").packages]).toEqual(
      expect.arrayContaining(["ws", "node:fs/promises"]),
    )
  })

  it("are the same for npm and JSR", () => {
    const npm = JSON.parse(readFileSync(join(source, "../package.json"), "utf8")).exports
    const jsr = JSON.parse(readFileSync(join(source, "../deno.json"), "utf8")).exports
    const sources = Object.entries(npm as Record<string, { readonly "@boltodds/source"?: string }>)
      .flatMap(([entry, conditions]) =>
        conditions["@boltodds/source"] === undefined ? [] : [[entry, conditions["@boltodds/source"]]]
      )
    expect(Object.fromEntries(sources)).toEqual(jsr)
  })
})
