import { spawnSync } from "node:child_process"
import { type StreamRecord } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { bundled, command, PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

const has = (kind: string) => ({ stdout }: { readonly stdout: string }) => stdout.includes(`"control":"${kind}"`)

/** Runs the demo until its gap is closed, then stops it as Ctrl-C does. */
const watchDemo = async (words: ReadonlyArray<string>): Promise<ReadonlyArray<StreamRecord>> => {
  const pipe = new PipeProcess(["demo", "--cut-after", "200ms"], { words })
  await pipe.until(has("gap_closed"))
  pipe.kill("SIGINT")
  const { code, stdout } = await pipe.ended
  expect(code).toBe(0)
  return recordsOf(stdout) as unknown as ReadonlyArray<StreamRecord>
}

const controlsOf = (records: ReadonlyArray<StreamRecord>) =>
  records.flatMap((record) => "control" in record ? [record.control] : [])

describe("the demo", () => {
  it("needs no key, and shows a gap opened, healed game by game, and closed", async () => {
    const records = await watchDemo(command)
    const controls = controlsOf(records)
    expect(controls[0]).toBe("stream_started")
    expect(controls.at(-1)).toBe("stream_stopped")
    const opened = controls.indexOf("gap_opened")
    const verified = controls.indexOf("game_verified", opened)
    const closed = controls.indexOf("gap_closed")
    expect(opened).toBeGreaterThan(0)
    expect(verified).toBeGreaterThan(opened)
    expect(closed).toBeGreaterThan(verified)
    const close = records.find((record) => "control" in record && record.control === "gap_closed")
    expect(close).toMatchObject({ complete: true, unverified: 0 })
    // The world went on while the line was down: what comes after is only the difference.
    const causes = new Set(records.flatMap((record) => "change" in record && record.epoch === 2 ? [record.cause] : []))
    expect(causes).toContain("resync")
  })

  it("is one stream: seq rises by one from 1", async () => {
    const { stdout } = await runPipe(["demo", "--count", "200"])
    const records = recordsOf(stdout)
    const numbers = records.slice(0, -1).map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  it("runs under Deno as it does under Node", async () => {
    // The npm package's `deno` is a wrapper that keeps signals for itself.
    const binary = spawnSync("deno", ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).stdout.trim()
    const deno = [binary, "run", "--quiet", "--allow-all", bundled]
    const controls = controlsOf(await watchDemo(deno))
    expect(controls).toContain("gap_closed")
    expect(controls.at(-1)).toBe("stream_stopped")
  })
})
