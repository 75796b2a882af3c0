import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"

const demo = async (cache: string): Promise<void> => {
  const args = ["demo", "--no-cut", "--count", "1", "--log-level", "warn"]
  const { code, stderr } = await runPipe(args, { env: { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: "" } })
  expect([code, stderr]).toEqual([0, ""])
}

describe("the cache of compiled code", () => {
  it("lies in a folder that only this user can open", async () => {
    const home = temporaryFolder()
    await demo(home)
    const folder = join(home, "boltodds", "compiled")
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder).length).toBe(1)
    await demo(home)
    expect(readdirSync(folder).length).toBe(1)
  })

  it("is not made for --version and --help, which load nothing more", async () => {
    const home = temporaryFolder()
    for (const flag of ["--version", "--help"]) {
      const { code } = await runPipe([flag], { env: { XDG_CACHE_HOME: home, NODE_COMPILE_CACHE: "" } })
      expect(code).toBe(0)
    }
    expect(readdirSync(home)).toEqual([])
  })

  it.each([["in it", ["boltodds", "compiled"]], ["in the one above", ["boltodds"]]])(
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

  it("is done without where it cannot be written", async () => {
    const file = join(temporaryFolder(), "file")
    writeFileSync(file, "")
    await demo(file)
  })
})
