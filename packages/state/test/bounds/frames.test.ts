/** Whatever the bytes: a process with a small heap takes them, and what they may have changed is not live. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { costlyFrames } from "./frames.ts"

const script = fileURLToPath(new URL("readFrame.ts", import.meta.url))
const heap = "--max-old-space-size=128"

/** Numbers without a name are no prices. */
const harmless = /^NaN/

describe("a process with a heap of 128 MiB", { concurrent: false }, () => {
  it.skipIf("Deno" in globalThis).each(Object.keys(costlyFrames))("takes %s", (name) => {
    const child = spawnSync(process.execPath, [heap, "--conditions=@boltodds/source", script, name], {
      encoding: "utf8",
    })
    expect(child.stderr.slice(-2000)).not.toContain("FATAL ERROR")
    expect(child.stdout).toBe(harmless.test(name) ? "1 live" : "0 live")
  })
})
