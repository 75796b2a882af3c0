import { codeOf, makeFolder, namesIn, objectIn, readSmall, reasonOf, removeOld, writeWhole } from "@boltodds/machine"
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"

const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-machine-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe("a small file", () => {
  it("is written as a whole, with the folders above it, for this user alone", async () => {
    const file = join(tempFolder(), "a", "b", "c.json")
    await writeWhole(file, "one")
    await writeWhole(file, "two")
    expect(await readSmall(file, 3)).toBe("two")
    expect(readdirSync(join(file, ".."))).toEqual(["c.json"])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700)
  })

  it("counts as absent where it is not there, too large, or no file", async () => {
    const folder = tempFolder()
    await writeWhole(join(folder, "a"), "four")
    expect(await readSmall(join(folder, "a"), 3)).toBeUndefined()
    expect(await readSmall(join(folder, "b"), 3)).toBeUndefined()
    expect(await readSmall(folder, 1e6)).toBeUndefined()
    expect(await namesIn(join(folder, "none"))).toEqual([])
  })

  it("leaves no file where it cannot be written, and says why", async () => {
    const folder = tempFolder()
    await makeFolder(join(folder, "taken"))
    const failed: unknown = await writeWhole(join(folder, "taken"), "x").catch((cause: unknown) => cause)
    expect(codeOf(failed)).toBe("EISDIR")
    expect(reasonOf(failed)).toBe("EISDIR")
    expect(reasonOf(new Error("why"))).toBe("why")
    expect(readdirSync(folder)).toEqual(["taken"])
  })

  it("holds an object, or nothing that counts", () => {
    expect(objectIn(`{"a":1}`)).toEqual({ a: 1 })
    expect([undefined, "", "{", "7", "null", "[]"].map(objectIn)).toEqual(Array(6).fill(undefined))
  })

  it("is removed once nobody has touched it for long, where it is ours", async () => {
    const folder = tempFolder()
    for (const name of ["ours-old", "ours-new", "theirs-old"]) writeFileSync(join(folder, name), "")
    const before = new Date(Date.now() - 60_000)
    for (const name of ["ours-old", "theirs-old"]) utimesSync(join(folder, name), before, before)
    await removeOld(folder, (name) => name.startsWith("ours-"), 30_000)
    expect(readdirSync(folder).sort()).toEqual(["ours-new", "theirs-old"])
  })
})
