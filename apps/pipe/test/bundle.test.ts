/** The files that the command is published as. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { bundled } from "@boltodds/testing/PipeProcess"

const folder = dirname(bundled)
const names = readdirSync(folder)
const read = (name: string): string => readFileSync(join(folder, name), "utf8")

describe("the files of the command", () => {
  it("have a hash in their names, except the first", () => {
    const chunks = names.filter((name) => name.endsWith(".js") && name !== "boltodds-pipe.js")
    expect(chunks.filter((name) => !/^[a-z-]+-[\w-]{8}\.js$/.test(name))).toEqual([])
    expect(chunks.map((name) => name.slice(0, -"-12345678.js".length))).toEqual(
      expect.arrayContaining(["commands", "connection", "core", "patterns", "simulator", "sinks", "start", "yaml"]),
    )
  })

  it("say that they are ES modules, wherever they are put", () => {
    expect(JSON.parse(read("package.json"))).toEqual({ type: "module" })
  })

  it("hold the license of every package that their code comes from", () => {
    const sources = names.filter((name) => name.endsWith(".map")).flatMap((name): ReadonlyArray<string> =>
      JSON.parse(read(name)).sources
    )
    const packages = new Set(
      sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
    )
    expect([...packages]).toEqual(expect.arrayContaining(["effect", "ws", "yaml"]))
    const sections = read("THIRD_PARTY_LICENSES.txt").split(/^-{80}$/m).slice(1)
    const licensed = sections.map((text) => /^\s*(\S+) \d+\.\d+\.\d+ \((?:MIT|ISC)\)$/m.exec(text)?.[1])
    // The bundler adds code of its own, which has no source.
    expect(licensed.toSorted()).toEqual([...packages, "rolldown"].toSorted())
    for (const text of sections) expect(text).toMatch(/Copyright.*[\s\S]*WITHOUT WARRANT|Copyright.*[\s\S]*"AS IS"/i)
  })
})
