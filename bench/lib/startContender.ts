/** Starts a contender with a state folder of its own. */
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import type { Contender } from "./contenders.ts"

export interface Started {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  readonly pid: number
  /** What it wrote to standard error so far: at most the last 2,000 characters. */
  readonly log: () => string
  /** Ends it, and removes its folder. */
  readonly stop: () => Promise<void>
}

export const startContender = (contender: Contender, url: string): Started => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-bench-"))
  const [program, ...args] = contender.command(url)
  const process_ = spawn(program!, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BOLTODDS_API_KEY: "bench", XDG_STATE_HOME: folder, NO_COLOR: "1" },
  })
  const ended = new Promise<void>((resolve) => process_.once("close", () => resolve()))
  let log = ""
  process_.stderr.on("data", (data) => log = (log + String(data)).slice(-2000))
  return {
    process: process_,
    pid: process_.pid!,
    log: () => log,
    stop: async () => {
      process_.kill("SIGTERM")
      const late = setTimeout(() => process_.kill("SIGKILL"), 5000)
      await ended
      clearTimeout(late)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
