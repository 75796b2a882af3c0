import { execFile, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { exampleGames } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { withSimulator } from "./withSimulator.ts"

const python = process.env["PYTHON"] ?? "python3"
const client = fileURLToPath(new URL("./vendor-client.py", import.meta.url))
const hasWebsockets = spawnSync(python, ["-c", "import websockets"]).status === 0
// Where everything is checked it must be there; elsewhere a machine without Python still runs the other tests.
const skip = !hasWebsockets && process.env["CI"] !== "true"

const run = async (uri: string, ...flags: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { stdout } = await promisify(execFile)(python, [client, uri, ...flags])
  return stdout.trim().split("\n")
}

describe("a Python client in the manner of the vendor's documentation", () => {
  it.skipIf(skip).each(
    [
      ["one object a frame, as the documentation has it", "objects", []],
      ["arrays, as the feed sends them today", "arrays", ["--arrays"]],
    ] as const,
  )(
    "runs with only its address changed: %s (skipped: install Python's websockets package)",
    (_, frames, flags) =>
      withSimulator({ rate: 2000, frames }, async ({ simulator }) => {
        const lines = await run(`${simulator.url}?key=${simulator.key}`, ...flags)
        expect(lines[0]).toBe('{"action":"socket_connected","plan":"Pro"}')
        const states = lines.filter((line) => line.startsWith("initial_state "))
        expect(new Set(states)).toEqual(
          new Set(
            exampleGames.flatMap((game) => ["draftkings", "betmgm"].map((book) => `initial_state ${book} ${game}`)),
          ),
        )
        const updates = lines.filter((line) => line.startsWith("line_update "))
        expect(updates.length).toBeGreaterThanOrEqual(3)
        expect(updates.every((line) => exampleGames.some((game) => line.endsWith(game)))).toBe(true)
      }),
  )
})
