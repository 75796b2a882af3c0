import {
  fileExposure,
  folderExposure,
  makeFolder,
  readFound,
  readSmall,
  secretExposure,
  writersOf,
} from "@boltodds/machine"
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"

const isRoot = process.getuid?.() === 0

const tempFolder = (mode = 0o700): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "boltodds-machine-")))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const fileIn = (folder: string, name: string, mode: number): string => {
  const file = join(folder, name)
  writeFileSync(file, "text")
  chmodSync(file, mode)
  return file
}

describe("a folder", () => {
  it("exposes nothing where only its owner can write, even if others can read", () => {
    expect([0o700, 0o755, 0o750].map((mode) => folderExposure(tempFolder(mode)))).toEqual(Array(3).fill(undefined))
  })

  it("is unsafe where others can write, with the sticky bit too, also by way of a link", () => {
    for (const mode of [0o777, 0o1777, 0o702]) {
      const folder = tempFolder(mode)
      const link = join(tempFolder(), "link")
      symlinkSync(folder, link)
      const exposure = {
        level: "unsafe",
        found: `others can write in it (mode ${mode.toString(8).padStart(4, "0")})`,
        // Not one that is meant for everybody.
        advice: mode === 0o1777
          ? `use a folder of your own in it, such as ${folder}/boltodds: it is made with mode 0700`
          : `run: chmod 700 ${folder}`,
      }
      expect([folderExposure(folder), folderExposure(link)]).toEqual([exposure, exposure])
    }
  })

  it("is named as a shell takes it for one word", () => {
    const folder = join(tempFolder(), "it's mine")
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    expect(folderExposure(folder)?.advice).toBe(`run: chmod 700 '${folder.replace("'", `'\\''`)}'`)
  })

  it("is not made use of where others can write, and made for this user alone where it is not there", async () => {
    const folder = tempFolder(0o777)
    await expect(makeFolder(folder)).rejects.toMatchObject({
      _tag: "ExposedFolder",
      folder,
      message: `${folder} is not used, because others can write in it (mode 0777); run: chmod 700 ${folder}`,
    })
    await makeFolder(join(folder, "deep", "own"))
    expect(statSync(join(folder, "deep", "own")).mode & 0o777).toBe(0o700)
    await makeFolder(join(folder, "deep", "own"))
  })

  it.runIf(isRoot)("is unsafe where it is another user's, and merely noted where a group can write", () => {
    const foreign = tempFolder(0o755)
    chownSync(foreign, 4242, 4242)
    expect(folderExposure(foreign)).toMatchObject({
      level: "unsafe",
      found: "it belongs to another user (uid 4242, not 0)",
    })
    expect(folderExposure(foreign, 4242)).toBeUndefined()
    const planted = join(tempFolder(), "link")
    symlinkSync(tempFolder(), planted)
    lchownSync(planted, 4242, 4242)
    expect(folderExposure(planted)).toMatchObject({
      level: "unsafe",
      found: "it is a link that another user made (uid 4242)",
    })
    const grouped = tempFolder(0o2775)
    chownSync(grouped, 0, 4321)
    expect(folderExposure(grouped)).toMatchObject({
      level: "doubtful",
      found: "the group 4321 can write in it (mode 2775)",
    })
    // A user's own group is nobody else: so do most systems set up folders.
    expect(writersOf({ mode: 0o40775, uid: 1000, gid: 1000 })).toBeUndefined()
    expect(writersOf({ mode: 0o40775, uid: 1000, gid: 100 })).toBe("group")
  })
})

describe("a file", () => {
  it("is unsafe where others can write to it, and where it is not a folder", () => {
    const folder = tempFolder()
    expect([0o600, 0o644].map((mode) => fileExposure(fileIn(folder, `${mode}`, mode)))).toEqual([undefined, undefined])
    expect(fileExposure(fileIn(folder, "a", 0o666))).toMatchObject({
      level: "unsafe",
      advice: `run: chmod 600 ${folder}/a`,
    })
    symlinkSync(join(folder, "a"), join(folder, "link"))
    expect(fileExposure(join(folder, "link"))).toMatchObject({ level: "unsafe", found: "it is a symbolic link" })
    mkdirSync(join(folder, "folder"))
    expect(fileExposure(join(folder, "folder"))).toMatchObject({ level: "unsafe", found: "it is no regular file" })
  })

  it("with a secret is reported where more than its owner can read it", () => {
    const folder = tempFolder()
    const of = (mode: number, isReadOnly = false) => {
      const file = fileIn(folder, "key", mode)
      return secretExposure(file, statSync(file), () => isReadOnly)?.found
    }
    expect([0o600, 0o400].map((mode) => of(mode))).toEqual([undefined, undefined])
    expect(of(0o644)).toBe("every user of this machine can read it (mode 0644)")
    expect(of(0o644, true)).toBeUndefined()
  })
})

describe("a found file", () => {
  it("is read with its time and its user", async () => {
    const file = fileIn(tempFolder(), "a", 0o600)
    const { mtimeMs, uid } = statSync(file)
    expect(await readFound(file, 4)).toEqual({ text: "text", changedAt: mtimeMs, userId: uid })
  })

  it("counts as absent where it is a link, a socket, a folder, too large or endless", async () => {
    const folder = tempFolder()
    const file = fileIn(folder, "a", 0o600)
    symlinkSync(file, join(folder, "link"))
    symlinkSync("/dev/zero", join(folder, "endless"))
    truncateSync(fileIn(folder, "huge", 0o600), 2 ** 40)
    const server = createServer()
    await new Promise<void>((done) => server.listen(join(folder, "socket"), done))
    onTestFinished(() => void server.close())
    for (const name of ["link", "endless", "huge", "socket", ".", "none"]) {
      expect([name, await readSmall(join(folder, name), 8192)]).toEqual([name, undefined])
    }
    expect(await readSmall(file, 3)).toBeUndefined()
    expect(await readFound(file, 4, () => false)).toBeUndefined()
  })

  it.runIf(isRoot)("counts as absent where another user made it", async () => {
    const file = fileIn(tempFolder(), "a", 0o644)
    chownSync(file, 4242, 4242)
    expect(await readSmall(file, 8192)).toBeUndefined()
  })
})
