import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { encodeEvent, encodeRecordingHeader, makeFrame } from "@boltodds/protocol"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readTrace, type TraceFrame } from "../src/replay/Trace.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boltodds-trace-"))
})
afterAll(() => rm(folder, { recursive: true }))

const file = async (content: string | Uint8Array): Promise<string> => {
  const path = join(folder, `${crypto.randomUUID()}.ndjson`)
  await writeFile(path, content)
  return path
}

const read = async (content: string | Uint8Array): Promise<ReadonlyArray<TraceFrame>> => {
  const frames: Array<TraceFrame> = []
  for await (const part of readTrace(await file(content))) frames.push(...part)
  return frames
}

describe("readTrace", () => {
  it("gives the very text of each frame, whatever stands around it", async () => {
    const lines = [
      '{"t":0,"frame":{"action":"ping"}}',
      '{ "frame" : [ {"b":6.0,"10":1,"2":"\\u00e9\\"},{"} , [] ] , "t" : 12, "snapshot": {"frame":1} }',
      '{"note":"\\"frame\\":1","t":13,"fr\\u0061me":{"x":1e2}}',
      "",
      '{"t":14,"frame":"not json, \\n but a frame"}',
    ]
    expect(await read(lines.join("\n"))).toEqual([
      { atMillis: 0, raw: '{"action":"ping"}' },
      { atMillis: 12, raw: '[ {"b":6.0,"10":1,"2":"\\u00e9\\"},{"} , [] ]' },
      { atMillis: 13, raw: '{"x":1e2}' },
      { atMillis: 14, raw: "not json, \n but a frame" },
    ])
  })

  it("ends lines at LF and nowhere else", async () => {
    const frame = JSON.stringify({ home_team: "Ann\u2028e \u2029 \u0085" })
    const lines = `{"t":0,"frame":${frame}}\r\n{"t":1,"frame":${frame}}`
    expect(await read(lines)).toEqual([{ atMillis: 0, raw: frame }, { atMillis: 1, raw: frame }])
    expect(await read(gzipSync(lines))).toEqual(await read(lines))
  })

  it("reads gzip by content, and characters cut in two between chunks", async () => {
    const text = Array.from(
      { length: 20_000 },
      (_, t) => JSON.stringify({ t, frame: [{ name: "Grêmio — São Paulo" }] }),
    )
    const plain = await read(text.join("\n") + "\n")
    expect(plain.length).toBe(20_000)
    expect(plain[19_999]).toEqual({ atMillis: 19_999, raw: '[{"name":"Grêmio — São Paulo"}]' })
    expect(await read(gzipSync(text.join("\n")))).toEqual(plain)
  })

  it("reads recordings: their frames, byte for byte, without what the server says itself", async () => {
    const bytes = new Uint8Array([0x7b, 0xff])
    const lines = [
      encodeRecordingHeader("01JZZZZZZZZZZZZZZZZZZZZZZZ"),
      encodeEvent({ _tag: "Connected", session: "a", epoch: 1, at: 1000, plan: "Pro" }),
      encodeEvent(makeFrame("a", 1, 1000, '{"action":"socket_connected","plan":"Pro"}')),
      encodeEvent({ _tag: "Subscribed", session: "a", epoch: 1, at: 1001, filters: {} }),
      encodeEvent(makeFrame("a", 1, 1002, '[{"action":"subscription_updated"}]')),
      encodeEvent(makeFrame("a", 1, 1003, '[{"action":"ping","n":6.0}]')),
      encodeEvent({ _tag: "Tick", session: "a", epoch: 1, at: 1004, wall: 1004 }),
      encodeEvent(makeFrame("a", 1, 1005, bytes)),
    ]
    expect(await read(lines.join("\n"))).toEqual([
      { atMillis: 1003, raw: '[{"action":"ping","n":6.0}]' },
      { atMillis: 1005, raw: bytes },
    ])
  })

  it.each([
    ["an empty file", "", "it is empty"],
    ["a line that is not JSON", '{"t":0,"frame":{}}\n{"t":1', "line 2 is not a frame, as it is not JSON"],
    ["a line without a frame", '{"t":0}', 'line 1 is not a frame, as it is no object with a "frame"'],
    ["an invalid time", '{"t":"0","frame":{}}', 'line 1 is not a frame, as "t" is no number of milliseconds'],
    ["a newer recording", '{"boltodds_recording":2,"run":"x","options":{}}', "the recording has version 2"],
    ["a broken event", `${encodeRecordingHeader("x")}\n{"event":"Frame"}`, "line 2 is not a frame, as not an event"],
  ])("refuses %s, and says where", async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      _tag: "SimulatorError",
      kind: "recording",
      message: expect.stringContaining(message),
    })
  })

  it("refuses a file that is not there, and gzip that is cut off", async () => {
    const nothing = async (): Promise<void> => {
      for await (const _ of readTrace(join(folder, "nothing"))) return
    }
    await expect(nothing()).rejects.toMatchObject({ kind: "recording", message: expect.stringContaining("ENOENT") })
    const whole = gzipSync(Buffer.from('{"t":0,"frame":{}}\n'.repeat(1000)))
    await expect(read(whole.subarray(0, whole.length - 10))).rejects.toMatchObject({ kind: "recording" })
  })
})
