/** Files of a command that is killed again and again: whole to their ends, without a hole. */
import { isControl } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { dice } from "../chaos/random.ts"
import type { Row } from "@boltodds/testing/HookReceiver"
import { filesOf, recorded, rowsOf } from "./lines.ts"
import { feedKey, pipelineIn, runPipeline, tempFolder } from "./pipelines.ts"

/** How often: `DELIVERY_KILLS=50 pnpm vitest run apps/pipe/test/delivery/fileKills.test.ts`. */
const kills = Number(process.env["DELIVERY_KILLS"] ?? 5)
const seed = Number(process.env["DELIVERY_SEED"] ?? 1)
const forms = ["none", "gzip", "zstd"] as const

/** The rows of each run, in the order of the files. */
const byRun = (rows: ReadonlyArray<Row>): ReadonlyArray<readonly [run: string, rows: ReadonlyArray<Row>]> => {
  const runs: Array<readonly [string, Array<Row>]> = []
  for (const row of rows) {
    if (runs.at(-1)?.[0] !== row.run) runs.push([row.run, []])
    runs.at(-1)![1].push(row)
  }
  return runs
}

describe(`files, their command killed ${kills} times (seed ${seed})`, () => {
  it("can be read to the end; each run in them begins with its start and has no hole", async () => {
    const { below, chance } = dice(seed)
    const server = await startSimulator({ key: feedKey, rate: 1_000, world: { seed, games: 3, players: 0 } })
    const folder = tempFolder()
    const sinks = Object.fromEntries(forms.map((compress) => {
      const path = `${compress}.ndjson`
      return [compress, {
        file: { path, compress, rotate: { bytes: compress === "none" ? "192KiB" : "16KiB" } },
        emit: "changes",
      }]
    }))
    const path = pipelineIn(folder, { sinks })

    const whole = new Set<string>()
    for (let kill = 0; kill < kills; kill++) {
      const pipe = runPipeline(path, server)
      // Once it receives, soon; now and then before.
      if (chance(0.8)) await pipe.until(({ stderr }) => stderr.includes("receiving from"))
      const timer = setTimeout(() => pipe.kill("SIGKILL"), below(600))
      const { signal, stderr } = await pipe.ended
      clearTimeout(timer)
      expect([signal, stderr]).toEqual(["SIGKILL", expect.not.stringContaining("moved it to")])
      for (const form of forms) {
        for (const name of filesOf(folder, form)) {
          // What has its final name never changes again; what has not can be read up to where it was torn.
          if (whole.has(name)) continue
          if (!name.endsWith(".part")) whole.add(name)
          rowsOf(join(folder, name))
        }
      }
    }

    const last = runPipeline(path, server)
    await last.until(({ stderr }) => stderr.includes("receiving from"))
    const fed = server.stats().messagesSent + 200
    await server.waitFor(({ messagesSent }) => messagesSent > fed)
    last.kill("SIGTERM")
    expect((await last.ended).code).toBe(0)
    await server.stop()

    const told = forms.map((form) => {
      expect(filesOf(folder, form).filter((name) => name.endsWith(".part") || name.endsWith(".broken"))).toEqual([])
      const runs = byRun(recorded(folder, form))
      expect(new Set(runs.map(([run]) => run)).size).toBe(runs.length)
      for (const [run, rows] of runs) {
        expect(rows[0], run).toMatchObject({ control: "stream_started", seq: 1 })
        expect(rows.findIndex(({ seq }, index) => seq !== index + 1), run).toBe(-1)
      }
      expect(runs.at(-1)![1].at(-1)).toMatchObject({ control: "stream_stopped" })
      return new Map(runs)
    })
    // All forms have the same records, up to the end of each.
    const [plain, ...others] = told
    for (const other of others) {
      for (const [run, rows] of other) {
        const common = Math.min(rows.length, plain!.get(run)?.length ?? 0)
        expect(rows.slice(0, common)).toEqual(plain!.get(run)?.slice(0, common) ?? [])
      }
    }
    expect([...plain!.values()].flat().filter((row) => !isControl(row)).length).toBeGreaterThan(200)
  }, 240_000 + kills * 20_000)
})
