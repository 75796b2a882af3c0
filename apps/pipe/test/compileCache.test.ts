import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"

const demo = async (cache: string): Promise<void> => {
  const args = ["demo", "--no-cut", "--count", "1", "--log-level", "warn"]
  const { code, stderr } = await runPipe(args, { env: { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: "" } })
  expect([code, stderr]).toEqual([0, ""])
}

/** What Node has stored, with the time: a folder for its version, and in it a file for each module. */
const entriesIn = (folder: string): ReadonlyArray<readonly [string, number]> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort().map((file) => [file, statSync(file).mtimeMs] as const)

describe("the cache of compiled code", () => {
  it("lies in a folder that only this user can open, and is used again", async () => {
    const home = temporaryFolder()
    await demo(home)
    const folder = join(home, "boltodds", "compiled")
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const entries = entriesIn(folder)
    // The command line, and the chunks that a demo reads after it.
    expect(entries.length).toBeGreaterThanOrEqual(3)
    await demo(home)
    expect(entriesIn(folder)).toEqual(entries)
  })

  it("loses entries that are older than 30 days, once a day", async () => {
    const home = temporaryFolder()
    await demo(home)
    const folder = join(home, "boltodds", "compiled")
    const entries = entriesIn(folder)
    const old = join(folder, readdirSync(folder)[0]!, "old")
    const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000)
    writeFileSync(old, "")
    utimesSync(old, daysAgo(31), daysAgo(31))
    await demo(home)
    expect(existsSync(old)).toBe(true)
    utimesSync(folder, daysAgo(2), daysAgo(2))
    await demo(home)
    expect(entriesIn(folder)).toEqual(entries)
    expect(statSync(folder).mtimeMs).toBeGreaterThan(daysAgo(1).getTime())
  })

  it("is not made where NODE_DISABLE_COMPILE_CACHE says so", async () => {
    const home = temporaryFolder()
    const env = { XDG_CACHE_HOME: home, NODE_COMPILE_CACHE: "", NODE_DISABLE_COMPILE_CACHE: "1" }
    expect((await runPipe(["--version"], { env })).code).toBe(0)
    expect(readdirSync(home)).toEqual([])
  })

  it.each([
    ["in it", ["boltodds", "compiled"]],
    ["in the one above", ["boltodds"]],
    ["in $XDG_CACHE_HOME", []],
  ])(
    "is left alone where others can write %s",
    async (_where, names) => {
      const home = temporaryFolder()
      const folder = join(home, "boltodds", "compiled")
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      chmodSync(join(home, ...names), 0o777)
      await demo(home)
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it("is not made where others can write in $XDG_CACHE_HOME", async () => {
    const home = temporaryFolder()
    chmodSync(home, 0o777)
    await demo(home)
    expect(readdirSync(home)).toEqual([])
  })

  it("is done without where it cannot be written", async () => {
    const file = join(temporaryFolder(), "file")
    writeFileSync(file, "")
    await demo(file)
  })
})
