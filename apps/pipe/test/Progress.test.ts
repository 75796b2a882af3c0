import { describe, expect, it } from "vitest"
import type { Step } from "@boltodds/state"
import { makeFrame } from "@boltodds/protocol"
import { makeProgress } from "../src/terminal/Progress.ts"

describe("the progress of the first snapshot", () => {
  const frame: Step = { event: makeFrame("feed", 1, 0, "x".repeat(1_500_000)), records: [] }
  const synced = { control: "synced" } as unknown as Step["records"][number]

  it("counts frames and bytes on one line, five times a second at most, until the snapshot has settled", () => {
    let written = ""
    let now = 0
    const progress = makeProgress((text) => written += text, () => now)
    progress.onStep(frame)
    expect(written).toBe("\r\x1b[Kreceiving the first snapshot: 1 frames, 1.5 MB")
    written = ""
    now = 100
    progress.onStep(frame)
    expect(written).toBe("")
    now = 200
    progress.onStep(frame)
    expect(written).toBe("\r\x1b[Kreceiving the first snapshot: 3 frames, 4.5 MB")
    written = ""
    progress.onStep({ ...frame, records: [synced] })
    now = 1000
    progress.onStep(frame)
    expect(written).toBe("\r\x1b[K")
  })
})
