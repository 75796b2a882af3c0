/** Where a configuration may come from, and what is said of what it cannot come from. */
import { execFileSync } from "node:child_process"
import { createWriteStream, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { BadConfiguration } from "../src/process/ExitCode.ts"
import { mostBytes, readConfigFile } from "../src/configuration/readConfigFile.ts"

const folder = mkdtempSync(join(tmpdir(), "boltodds-config-"))
const at = (name: string): string => join(folder, name)

const refusalOf = async (path: string): Promise<string> => {
  const refused = await readConfigFile(path).then(() => "it was read", (cause: unknown) => cause)
  if (!(refused instanceof BadConfiguration)) throw new Error(`not refused: ${String(refused)}`)
  return refused.message.replace(`Cannot read the configuration ${path}: `, "")
}

describe("a configuration file", () => {
  it("may come through a pipe, in pieces, from a writer that comes late", async () => {
    const fifo = at("piped.yaml")
    execFileSync("mkfifo", [fifo])
    const reading = readConfigFile(fifo)
    const writer = createWriteStream(fifo)
    await new Promise((done) => writer.write("version: 1\n", done))
    writer.end("source: demo\n")
    expect(Buffer.from(await reading).toString()).toBe("version: 1\nsource: demo\n")
  })

  it("that is not there, or is something else, is refused with what to do", async () => {
    writeFileSync(at("large.yaml"), "")
    truncateSync(at("large.yaml"), 100 * 1024 * 1024)
    symlinkSync("circle.yaml", at("circle.yaml"))
    expect(await refusalOf(at("nowhere.yaml"))).toBe("there is no such file. Check its name.")
    expect(await refusalOf(folder)).toBe("it is a folder. Name the file in it.")
    expect(await refusalOf(at("large.yaml/pipeline.yaml"))).toBe(
      "a part of its path is a file, not a folder. Check the path.",
    )
    expect(await refusalOf(at("circle.yaml"))).toBe("its symbolic links lead in a circle. Name the file itself.")
    expect(await refusalOf(at("x".repeat(300)))).toBe("its name is too long. Name a file, not its content.")
    expect(await refusalOf(at("large.yaml"))).toBe(
      "it has 100 MiB, and may have 8 MiB. Check that it is the right file.",
    )
    expect(await refusalOf("/dev/zero")).toBe("it has more than 8 MiB. Check that it is the right file.")
  })

  it("of the largest size is read", async () => {
    writeFileSync(at("full.yaml"), Buffer.alloc(mostBytes, "#"))
    expect((await readConfigFile(at("full.yaml"))).length).toBe(mostBytes)
  })
})
