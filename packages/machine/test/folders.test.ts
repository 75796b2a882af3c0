import { cacheFolder, isReplaceable, makeCodeFolder, stateFolder } from "@boltodds/machine"
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished, vi } from "vitest"

const isRoot = process.getuid?.() === 0
const another = 4242

const tempFolder = (mode = 0o700): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "boltodds-machine-")))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe("the folders of a user", () => {
  it.each(["", "relative", "./here"])("are never below the current folder: HOME and XDG_* are %j", (value) => {
    for (const name of ["HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { homedir } = userInfo()
    expect([stateFolder(), cacheFolder()]).toEqual([
      join(homedir, ".local", "state", "boltodds"),
      join(homedir, ".cache", "boltodds"),
    ])
  })
})

describe("a folder of code", () => {
  const codeIn = (folder: string): string => join(folder, "cache", "boltodds", "compiled")

  it("is made with those above it, for this user alone", () => {
    const folder = codeIn(tempFolder())
    expect(makeCodeFolder(folder)).toBe(folder)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(makeCodeFolder(folder)).toBe(folder)
  })

  it("is made in a folder for everybody only where nobody can replace what others made there", () => {
    const sticky = codeIn(tempFolder(0o1777))
    expect(makeCodeFolder(sticky)).toBe(sticky)
    const open = tempFolder(0o777)
    expect(makeCodeFolder(codeIn(open))).toBeUndefined()
    expect(existsSync(join(open, "cache"))).toBe(false)
  })

  it("is not used below a folder that others can write in, however deep that lies", () => {
    const open = tempFolder()
    const folder = codeIn(open)
    makeCodeFolder(folder)
    chmodSync(open, 0o777)
    expect(makeCodeFolder(folder)).toBeUndefined()
  })

  it("is not made in a relative folder, or in one that others can write in", () => {
    expect(makeCodeFolder(join("boltodds", "compiled"))).toBeUndefined()
    expect(existsSync("boltodds")).toBe(false)
    const above = tempFolder(0o1777)
    expect(makeCodeFolder(join(above, "compiled"))).toBeUndefined()
    expect(existsSync(join(above, "compiled"))).toBe(false)
  })

  it("is given with its real path", () => {
    const folder = tempFolder()
    const link = join(tempFolder(), "link")
    symlinkSync(folder, link)
    expect(makeCodeFolder(codeIn(link))).toBe(codeIn(folder))
  })

  it.runIf(isRoot)("is neither made nor used by root in the home of another user", () => {
    const home = tempFolder(0o755)
    chownSync(home, another, another)
    expect(makeCodeFolder(codeIn(home))).toBeUndefined()
    expect(existsSync(join(home, "cache"))).toBe(false)
    mkdirSync(codeIn(home), { recursive: true, mode: 0o700 })
    expect(makeCodeFolder(codeIn(home))).toBeUndefined()
  })

  it.runIf(isRoot)("is not used where the folder above is another user's", () => {
    const folder = codeIn(tempFolder())
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chownSync(join(folder, ".."), another, another)
    expect(makeCodeFolder(folder)).toBeUndefined()
  })

  it.runIf(isRoot)("is not used where it is a link that another user made", () => {
    const above = tempFolder()
    symlinkSync(tempFolder(), join(above, "compiled"))
    lchownSync(join(above, "compiled"), another, another)
    expect(makeCodeFolder(join(above, "compiled"))).toBeUndefined()
  })
})

describe("what others can replace", () => {
  it.runIf(isRoot)("is what lies in a folder that a group can write in, unless that is sticky", () => {
    const folder = tempFolder()
    chownSync(folder, 0, another)
    const found = [0o755, 0o775, 0o1775].map((mode) => {
      chmodSync(folder, mode)
      return isReplaceable(join(folder, "missing", "file"))
    })
    expect(found).toEqual([false, true, false])
  })
})
