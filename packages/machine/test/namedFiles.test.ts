import { readNamed } from "@boltodds/machine"
import { execFileSync } from "node:child_process"
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"

const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-machine-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const pipeIn = (folder: string): string => {
  const path = join(folder, "pipe")
  execFileSync("mkfifo", [path])
  return path
}

describe("a file that the user names", () => {
  it("may be a link to a link, as a secret of Kubernetes is", async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, "..2026_01_01"))
    writeFileSync(join(folder, "..2026_01_01", "key"), "secret")
    symlinkSync("..2026_01_01", join(folder, "..data"))
    symlinkSync(join("..data", "key"), join(folder, "key"))
    const { bytes, isPipe } = await readNamed(join(folder, "key"), { maxBytes: 6 })
    expect([Buffer.from(bytes).toString(), isPipe]).toEqual(["secret", false])
    await expect(readNamed(join(folder, "key"), { maxBytes: 5 })).rejects.toThrow(
      "it has 1 KiB, and may have 1 KiB. Check that it is the right file.",
    )
  })

  it("may be a pipe, in pieces", async () => {
    const path = pipeIn(tempFolder())
    const reading = readNamed(path, { maxBytes: 100 })
    const writer = createWriteStream(path)
    await new Promise((done) => writer.write("sec", done))
    writer.end("ret")
    const { bytes, isPipe } = await reading
    expect([Buffer.from(bytes).toString(), isPipe]).toEqual(["secret", true])
  })

  it("is not waited for without end", async () => {
    const path = pipeIn(tempFolder())
    await expect(readNamed(path, { maxBytes: 100, silentMillis: 40 })).rejects.toMatchObject({
      _tag: "NamedFileError",
      message: "it is a pipe, and nothing was written to it within 0.04 s. Start its writer first.",
    })
    const reading = readNamed(path, { maxBytes: 100, totalMillis: 40, silentMillis: 1e9 })
    const writer = createWriteStream(path)
    onTestFinished(() => void writer.destroy())
    await new Promise((done) => writer.write("half", done))
    await expect(reading).rejects.toThrow("its writer had not ended after")
  })

  it("is read no further than its bound", async () => {
    await expect(readNamed("/dev/zero", { maxBytes: 8192 })).rejects.toThrow("it has more than 8 KiB")
  })
})
