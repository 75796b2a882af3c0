/**
 * The tarballs in empty folders, as a user installs them: `pnpm build`, then `pnpm check --long --only long:packed`. Needs
 * a package registry for what the libraries depend on.
 */
import { startSimulator } from "../../packages/simulator/src/index.ts"
import { spawn, spawnSync } from "node:child_process"
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { within } from "../budgets.ts"
import { packAll, type Packed, runTool } from "../release/pack.ts"
import { root } from "../workspace.ts"

const isAsked = process.env["PACKED"] === "all"
const budgets: Readonly<Record<string, number>> = JSON.parse(readFileSync(join(root, "tools", "budgets.json"), "utf8"))

let folder = ""
let packed: ReadonlyArray<Packed> = []

beforeAll(() => {
  if (!isAsked) return
  folder = mkdtempSync(join(tmpdir(), "boltodds-packed-"))
  packed = packAll(join(folder, "tarballs"), "main")
})
afterAll(() => folder === "" ? undefined : rmSync(folder, { recursive: true, force: true }))

const fileOf = (name: string): string => packed.find((each) => each.name === name)!.file

/** An empty folder with an empty package. */
const emptyFolder = (name: string): string => {
  const made = join(folder, name)
  mkdirSync(made)
  writeFileSync(join(made, "package.json"), '{ "private": true, "type": "module" }\n')
  return made
}

/** Installs tarballs, those of this repository that they need included, as npm would from a registry. */
const install = (where: string, names: ReadonlyArray<string>, others: ReadonlyArray<string> = []): void => {
  const overrides = Object.fromEntries(packed.map(({ name, file }) => [name, `file:${file}`]))
  const dependencies = Object.fromEntries(names.map((name) => [name, overrides[name]!]))
  const rest = Object.fromEntries(Object.entries(overrides).filter(([name]) => !names.includes(name)))
  writeFileSync(
    join(where, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies, overrides: rest }, undefined, 2),
  )
  runTool("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...others], { cwd: where })
}

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0

/** Runs a program to its end, or until it has written this many lines; its lines, and what it said. */
const run = (words: ReadonlyArray<string>, cwd: string, env: Readonly<Record<string, string>> = {}, most = Infinity) =>
  new Promise<{ readonly code: number | null; readonly lines: ReadonlyArray<string>; readonly stderr: string }>(
    (resolve) => {
      const child = spawn(words[0]!, words.slice(1), {
        cwd,
        env: { ...process.env, XDG_STATE_HOME: join(folder, "state"), XDG_CACHE_HOME: join(folder, "cache"), ...env },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        stdout += chunk
        if (stdout.split("\n").length > most) child.kill()
      })
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => stderr += chunk)
      child.on("close", (code) => resolve({ code, lines: stdout.split("\n").slice(0, -1), stderr }))
    },
  )

describe.runIf(isAsked)("the command from its tarball, in an empty folder", () => {
  it("runs with npx, and is within its budgets", async () => {
    const where = emptyFolder("npx")
    cpSync(fileOf("boltodds-pipe"), join(where, "boltodds-pipe.tgz"))
    const { code, lines } = await run(["npx", "--yes", "./boltodds-pipe.tgz", "demo", "--count", "20"], where)
    expect(code).toBe(0)
    expect(JSON.parse(lines[0]!)).toMatchObject({ control: "stream_started" })
    expect(lines.filter((line) => line.includes('"change"'))).toHaveLength(20)
    install(where, ["boltodds-pipe"])
    const files = globSync("node_modules/boltodds-pipe/**/*", { cwd: where }).map((path) => join(where, path))
    const sizes = files.map((path) => statSync(path)).filter((found) => found.isFile()).map(({ size }) => size)
    const installed = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024)
    expect(within("command, installed, in KB", installed, budgets)).toBeUndefined()
    const kilobytes = Math.round(statSync(fileOf("boltodds-pipe")).size / 1024)
    expect(within("command, packed, in KB", kilobytes, budgets)).toBeUndefined()
    expect(globSync("node_modules/*", { cwd: where })).toEqual(["node_modules/boltodds-pipe"])
    const maps = globSync("node_modules/boltodds-pipe/dist/*.map", { cwd: where })
    expect(maps.length).toBeGreaterThan(0)
    for (const map of maps) expect(JSON.parse(readFileSync(join(where, map), "utf8")).sourcesContent ?? []).toEqual([])
    const texts = readFileSync(join(where, "node_modules/boltodds-pipe/dist/THIRD_PARTY_LICENSES.txt"), "utf8")
    for (const name of ["effect", "ws", "yaml"]) expect(texts).toMatch(new RegExp(`^${name} \\d`, "m"))
  })

  it.each([
    ["node", []],
    ["deno", ["run", "--allow-all"]],
    ["bun", []],
  ])("runs on %s, where there is one", async (runtime, flags) => {
    if (!has(runtime)) return
    const where = emptyFolder(runtime)
    install(where, ["boltodds-pipe"])
    const file = join(where, "node_modules", "boltodds-pipe", "dist", "boltodds-pipe.js")
    const { code, lines, stderr } = await run([runtime, ...flags, file, "demo", "--count", "20"], where)
    expect([code, lines.filter((line) => line.includes('"change"')).length, stderr]).toEqual([
      0,
      20,
      expect.any(String),
    ])
  })
})

describe.runIf(isAsked)("the package boltodds from its tarball, in an empty folder", () => {
  it("runs the example of its README after one install, and its types are checked by a strict compiler", async () => {
    const where = emptyFolder("boltodds")
    install(where, ["boltodds"])
    const readme = readFileSync(join(where, "node_modules", "boltodds", "README.md"), "utf8")
    expect(readme).not.toMatch(/\]\((?!https?:|#)/)
    const [example] = [...readme.matchAll(/^```typescript ignore\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
    writeFileSync(join(where, "follow.ts"), example!)
    const simulator = await startSimulator({ rate: 200, world: { games: 6, sports: ["MLB"] } })
    const { lines, stderr } = await run(["node", "follow.ts"], where, {
      BOLTODDS_URL: simulator.url,
      BOLTODDS_API_KEY: simulator.key,
    }, 20)
    await simulator.stop()
    expect([lines.length >= 20, stderr]).toEqual([true, ""])
    for (const line of lines.slice(0, 20)) expect(line).toMatch(/^\w+: .+: .+ (?:new|-?\d+) -> -?\d+$/)
    install(where, ["boltodds"], ["typescript@5.9", "@types/node@24"])
    for (const [module, resolution] of [["nodenext", "nodenext"], ["node16", "node16"], ["esnext", "bundler"]]) {
      runTool(join(where, "node_modules", ".bin", "tsc"), [
        "--noEmit",
        "--strict",
        "--target",
        "es2023",
        "--lib",
        "es2023,esnext.disposable,dom",
        "--module",
        module!,
        "--moduleResolution",
        resolution!,
        "follow.ts",
      ], { cwd: where })
    }
  })
})

describe.runIf(isAsked)("the description of the feed from the tarball of @boltodds/protocol", () => {
  it("is valid, as the parser of AsyncAPI reads it", async () => {
    const where = emptyFolder("asyncapi")
    install(where, ["@boltodds/protocol"], ["--ignore-scripts", "@asyncapi/parser@3.6.3"])
    writeFileSync(
      join(where, "parse.mjs"),
      `import { Parser } from "@asyncapi/parser"
import { readFileSync } from "node:fs"
const text = readFileSync("node_modules/@boltodds/protocol/schemas/feed.asyncapi.json", "utf8")
const { document, diagnostics } = await new Parser().parse(text)
for (const { severity, path, message } of diagnostics) if (severity === 0) console.log(path.join("."), message)
console.log(document?.operations().all().map((operation) => operation.id()).join())
`,
    )
    expect(await run(["node", "parse.mjs"], where)).toMatchObject({ code: 0, lines: ["subscribe,receive"] })
  })
})
