import { execFile, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { exampleGames, type SimulatorOptions } from "@boltodds/simulator"
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
  const check = (options: SimulatorOptions, ...flags: ReadonlyArray<string>): Promise<void> =>
    withSimulator({ rate: 500, ...options }, async ({ simulator }) => {
      const lines = await run(`${simulator.url}?key=${simulator.key}`, ...flags)
      expect(lines[0]).toBe('{"action":"socket_connected","plan":"Pro"}')
      const states = lines.filter((line) => line.startsWith("initial_state "))
      // The example's second game is of a league that its sports leave out: filters are a conjunction.
      expect(states.toSorted()).toEqual([
        `initial_state betmgm ${exampleGames[0]}`,
        `initial_state draftkings ${exampleGames[0]}`,
      ])
      const updates = lines.filter((line) => line.startsWith("line_update "))
      expect(updates.length).toBeGreaterThanOrEqual(3)
      expect(updates.every((line) => line.endsWith(exampleGames[0]))).toBe(true)
    })

  it.skipIf(skip)("runs with only its address changed (skipped: install Python's websockets package)", () => check({}))

  it.skipIf(skip)(
    "runs on arrays once it reads them (skipped: install Python's websockets package)",
    () => check({ frames: "arrays" }, "--arrays"),
  )
})
