/** Input without a line break: refused, with a small heap. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { afterAll, describe, expect, it } from "vitest"
import { withHeap } from "./HostileFeed.ts"

const folder = mkdtempSync(join(tmpdir(), "boltodds-bounds-"))
afterAll(() => rmSync(folder, { recursive: true }))

const header = '{"boltodds_recording":1,"run":"01K0000000000000000000000A","options":{}}\n'
const endless = Buffer.alloc(200 * 1024 * 1024, "a")
const file = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

const sinks = "sinks: { screen: { stdout: {}, emit: changes } }\n"

describe("a file to go on from, without a line break", () => {
  const first = '{"control":"stream_started","run":"01K0000000000000000000000A","seq":1,"part":0,"session":"feed",' +
    '"epoch":1,"at":"2026-07-16T18:00:00.000Z","sent_at":null,"frame":null,"schema_version":1,"filters":{}}\n'

  it.each([
    { name: "endless.ndjson.gz", bytes: () => gzipSync(Buffer.concat([Buffer.from(first), endless]), { level: 1 }) },
    { name: "endless.ndjson", bytes: () => Buffer.concat([Buffer.from(first), endless]) },
  ])("is refused with the line and the bound, as $name", async ({ name, bytes }) => {
    const path = file(name, bytes())
    const { code, stderr } = await withHeap(128, ["demo", "--resume", path]).ended
    expect(stderr).toMatch(/Cannot resume from .*endless.*: line 2 is longer than \d+ bytes/)
    expect(code).toBe(65)
  })
})

describe("a recording without a line break", () => {
  it.each([
    { name: "bomb.ndjson.gz", bytes: () => gzipSync(Buffer.concat([Buffer.from(header), endless]), { level: 1 }) },
    { name: "bomb.ndjson.zst", bytes: () => zstdCompressSync(Buffer.concat([Buffer.from(header), endless])) },
    { name: "bomb.ndjson", bytes: () => Buffer.concat([Buffer.from(header), endless]) },
  ])("is refused with the line and the bound, as $name", async ({ name, bytes }) => {
    const path = file(name, bytes())
    const config = file(`${name}.yaml`, `version: 1\nsource: { replay: { file: ${path} } }\n${sinks}`)
    const { code, stderr } = await withHeap(128, ["run", config]).ended
    expect(stderr).toMatch(/Cannot read line 2 of .*bomb.*: it is longer than \d+ bytes/)
    expect(code).toBe(65)
  })

  it("is refused on standard input", async () => {
    const config = file("stdin.yaml", `version: 1\nsource: stdin\n${sinks}`)
    const input = file("input.ndjson", Buffer.concat([Buffer.from(header), endless]))
    const { code, stderr } = await withHeap(128, ["run", config], { stdin: input }).ended
    expect(stderr).toMatch(/Cannot read line 2 of standard input: it is longer than \d+ bytes/)
    expect(code).toBe(65)
  })
})
