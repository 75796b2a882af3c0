/** The files that the command is published as. */
import { readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parseSync } from "rolldown/utils"
import { describe, expect, it } from "vitest"
import { bundled, runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"

const folder = dirname(bundled)
const names = readdirSync(folder)
const chunks = names.filter((name) => name.endsWith(".js") && name !== "boltodds-pipe.js")
const read = (name: string): string => readFileSync(join(folder, name), "utf8")

describe("the files of the command", () => {
  it("have a hash in their names, except the first", () => {
    expect(chunks.filter((name) => !/^[a-z_-]+-[\w-]{8}\.js$/.test(name))).toEqual([])
    expect(chunks.map((name) => name.slice(0, -"-12345678.js".length))).toEqual(
      expect.arrayContaining([
        "board",
        "commands",
        "connection",
        "core",
        "expressions",
        "nats",
        "parquet",
        "patterns",
        "postgres",
        "redis",
        "simulator",
        "sinks",
        "start",
        "yaml",
      ]),
    )
  })

  it("are ASCII without comments, which Node would read at each start", () => {
    for (const name of chunks) {
      const comments = parseSync(name, read(name)).comments.map(({ value }) => value)
      // The path of each module stands above it.
      expect([name, comments.filter((text) => !/^ \S+$|^# sourceMappingURL=/.test(text))]).toEqual([name, []])
      expect([name, /[\u0080-\uffff]/.exec(read(name))]).toEqual([name, null])
    }
  })

  it.each([
    [["--version"], ["first", "start"]],
    [["demo", "--count", "1"], ["core", "first", "simulator", "start"]],
    [["demo", "--count", "1", "--where", "odds > 0"], ["core", "expressions", "first", "simulator", "start"]],
  ])("that %j reads are few", async (args, wanted) => {
    const folder = temporaryFolder()
    const { code } = await runPipe(args, { env: { NODE_V8_COVERAGE: folder } })
    const urls = readdirSync(folder).flatMap((name): ReadonlyArray<{ readonly url: string }> =>
      JSON.parse(readFileSync(join(folder, name), "utf8")).result
    ).map(({ url }) => basename(url))
    const loaded = urls.flatMap((name) => names.includes(name) ? /^(.*)-.{8}\.js$/.exec(name)?.[1] ?? [] : [])
    expect([code, loaded.filter((name) => name !== "rolldown-runtime").sort()]).toEqual([0, wanted])
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
    const licensed = sections.map((text) =>
      /^\s*(\S+) \d+\.\d+\.\d+ \((?:MIT|ISC|Apache-2\.0|Unlicense)\)$/m.exec(text)?.[1]
    )
    // The bundler adds code of its own, which has no source.
    expect(licensed.toSorted()).toEqual([...packages, "rolldown"].toSorted())
    for (const text of sections) {
      expect(text).toMatch(/Copyright.*[\s\S]*WITHOUT WARRANT|Copyright.*[\s\S]*["“]AS IS["”]/i)
    }
  })
})
