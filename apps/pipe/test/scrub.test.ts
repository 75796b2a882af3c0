/** `scrub`: a recording without the key. */
import { encodeEvent, encodeRecordingHeader, makeFrame } from "@boltodds/protocol"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, describe, expect, it } from "vitest"
import { command, runPipe } from "@boltodds/testing/PipeProcess"

const folder = mkdtempSync(join(tmpdir(), "boltodds-scrub-"))
afterAll(() => rmSync(folder, { recursive: true }))

const key = 'se"cret/key+0123'
const file = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const frame = (raw: string | Uint8Array): string => encodeEvent(makeFrame("main", 1, 1_784_000_000_000, raw))
const notUtf8 = (text: string): Uint8Array => Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(text)])
/** A recording in which this stands where a key may. */
const recording = (plain: string, json: string, url: string): string =>
  [
    encodeRecordingHeader("01K0000000000000000000000A"),
    frame(`{"action":"error","message":"bad key ${json}"}`),
    frame(`{"action":"line_update","data":{"outcomes":{"a":{"odds":"-110","link":"https://x/?key=${url}"}}}}`),
    frame(notUtf8(plain)),
    frame('{"action":"ping"}'),
    "",
  ].join("\n")
const dirty = recording(key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key))
const clean = recording("[redacted]", "[redacted]", "[redacted]")
const scrub = (...args: ReadonlyArray<string>) => runPipe(["scrub", ...args], { env: { BOLTODDS_API_KEY: key } })

/** A shell's pipes and redirections, with the command as `$@`. */
const shell = (line: string, ...args: ReadonlyArray<string>) =>
  runPipe([...command, ...args], { words: ["/bin/bash", "-c", line, "bash"], env: { BOLTODDS_API_KEY: key } })

describe.concurrent("what cannot be written to standard output", () => {
  const pipeline = file("pipeline.yaml", "version: 1\nsource: simulator\nsinks: { screen: { stdout: {} } }\n")
  const big = file("big.ndjson", `${JSON.stringify({ kind: "x", text: "y".repeat(1000) })}\n`.repeat(3_000))

  it("is no error where the reader has left", async () => {
    const { code, stdout, stderr } = await shell('"$@" | head -1; exit "${PIPESTATUS[0]}"', "scrub", big)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "The key is in none of 3000 lines.\n" })
    expect(stdout.split("\n")).toHaveLength(2)
    for (const args of [["--help"], ["check", pipeline], ["--version"]]) {
      expect(await shell('"$@" > >(exec true)', ...args)).toMatchObject({ code: 0, stdout: "", stderr: "" })
    }
  })

  it.skipIf(!existsSync("/dev/full")).each([
    [["--help"]],
    [["--version"]],
    [["check", pipeline]],
    [["scrub", big]],
    [["schema", "messages"]],
  ])("ends the command with 74 where the disk is full: %j", async (args) => {
    expect(await shell('"$@" >/dev/full', ...args)).toEqual({
      code: 74,
      signal: null,
      stdout: "",
      stderr: "boltodds-pipe: Cannot write to standard output: ENOSPC: no space left on device, write\n",
    })
  })
})

describe.concurrent("scrub", () => {
  it("writes a recording without the key, wherever and however it stands, and says how often", async () => {
    expect(await scrub(file("day.ndjson", dirty))).toMatchObject({
      code: 0,
      stdout: clean,
      stderr: "Took out the key 3 times, from 3 of 5 lines.\n",
    })
    expect(await scrub(file("day.ndjson.gz", gzipSync(dirty)))).toMatchObject({ code: 0, stdout: clean })
  })

  it("leaves a recording without the key as it is", async () => {
    expect(await scrub(file("clean.ndjson", clean))).toMatchObject({
      code: 0,
      stdout: clean,
      stderr: "The key is in none of 5 lines.\n",
    })
  })

  it("takes the key from a file too", async () => {
    const path = file("key", key)
    const { code, stdout } = await runPipe(["scrub", file("a.ndjson", dirty), "--key-file", path])
    expect({ code, stdout }).toEqual({ code: 0, stdout: clean })
  })

  it("refuses what it cannot do, with advice", async () => {
    expect(await scrub()).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("write boltodds-pipe scrub FILE") as string,
    })
    const missing = await scrub(join(folder, "none.ndjson"))
    expect(missing).toMatchObject({ code: 65, stderr: expect.stringMatching(/Cannot read .*ENOENT/) as string })
    const noKey = await runPipe(["scrub", file("b.ndjson", dirty)])
    expect(noKey).toMatchObject({ code: 64, stderr: expect.stringContaining("BOLTODDS_API_KEY") as string })
    const short = await runPipe(["scrub", file("c.ndjson", dirty)], { env: { BOLTODDS_API_KEY: "abc" } })
    expect(short).toMatchObject({ code: 64, stderr: expect.stringContaining("has 3 characters") as string })
  })
})
