/** A durable webhook whose command is killed again and again: what was committed arrives, in the batch it once was in. */
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Dice, dice } from "../chaos/random.ts"
import { type PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { type Answer, type HookReceiver, openReceiver, type Row, taken } from "@boltodds/testing/HookReceiver"
import { committedIn } from "./outboxFile.ts"
import { feedKey, hasty, hookTo, pipelineIn, runPipeline, tempFolder, whileRuns } from "./pipelines.ts"

/** How often: `DELIVERY_KILLS=50 pnpm vitest run apps/pipe/test/delivery/durableKills.test.ts`. */
const kills = Number(process.env["DELIVERY_KILLS"] ?? 5)
const patience = Number(process.env["BOLTODDS_PATIENCE"] ?? 1)
const seed = Number(process.env["DELIVERY_SEED"] ?? 1)

const flaky: ReadonlyArray<Answer> = [taken, taken, taken, { status: 503 }, "drop", "cut", "torn", "hang"]

/** The name of a record among all runs. */
const nameOf = ({ run, seq }: { readonly run: string; readonly seq: number }): string => `${run}.${seq}`

/** Kills the command at a random moment: at a request, before or after its answer, or at any other time. */
const killAtSomeMoment = async (pipe: PipeProcess, receiver: HookReceiver, { below, chance, pick }: Dice) => {
  const mood = pick(["up", "flaky", "flaky", "down", "comes back"] as const)
  const atRequest = chance(0.6) ? 1 + below(15) : Infinity
  const isAnswered = chance(0.5)
  let requests = 0
  receiver.answer = () => {
    const answer = mood === "flaky" ? pick(flaky) : taken
    if (++requests < atRequest) return answer
    pipe.kill("SIGKILL")
    return isAnswered ? answer : "hang"
  }
  if (mood === "down" || mood === "comes back") await receiver.down()
  const later = (millis: number, then: () => void): void => {
    const timer = setTimeout(then, millis)
    void pipe.ended.then(() => clearTimeout(timer))
  }
  if (mood === "comes back") later(below(800), () => void receiver.up())
  // At a request of its own, or it is killed while it starts, connects, or waits for its receiver.
  later(
    atRequest === Infinity || mood === "down" ? below(1_500 * patience) : 3_000 * patience,
    () => pipe.kill("SIGKILL"),
  )
  const { signal } = await pipe.ended
  expect(signal).toBe("SIGKILL")
  await receiver.down()
  await receiver.up()
}

describe(`a durable webhook, killed ${kills} times (seed ${seed})`, () => {
  let server: Simulator
  it("delivers in the end all that was committed, each record in one batch only, and in order", async () => {
    const random = dice(seed)
    const receiver = await openReceiver()
    server = await startSimulator({ key: feedKey, rate: 500, world: { seed, games: 3, players: 0 } })
    const folder = tempFolder()
    const outbox = join(folder, "outbox", "hook.sqlite")
    const path = pipelineIn(folder, {
      sinks: { hook: { webhook: hookTo(receiver.url, { profile: "durable", timeout: "200ms" }), lane: hasty } },
    })

    const committed = new Map<string, string>()
    const runs: Array<string> = []
    for (let kill = 0; kill < kills; kill++) {
      const before = new Set(runs)
      await killAtSomeMoment(runPipeline(path, server), receiver, random)
      const copies = join(folder, `copy-${kill}`)
      mkdirSync(copies)
      const held = committedIn(outbox, copies)
      for (const row of held) committed.set(nameOf(row), row.text)
      const received = receiver.deliveries.flatMap(({ records }) => records)
      for (const { run } of [...held, ...received]) if (!runs.includes(run)) runs.push(run)
      // Everything that was delivered was committed before, from the first record of the run on.
      for (const run of runs.filter((run) => !before.has(run))) {
        const seqs = new Set([...held, ...received].filter((row) => row.run === run).map(({ seq }) => seq))
        expect([...seqs].toSorted((a, b) => a - b)).toEqual([...seqs].map((_, index) => index + 1))
      }
    }

    receiver.answer = () => taken
    const pipe = runPipeline(path, server)
    const missing = (): ReadonlyArray<string> => {
      const arrived = new Set(receiver.acknowledged.flatMap(({ records }) => records.map(nameOf)))
      return [...committed.keys()].filter((name) => !arrived.has(name))
    }
    // Nothing may be missing from the beginning. Signals are handled only from this line on.
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    await whileRuns(pipe, receiver.until(() => missing().length === 0))
    pipe.kill("SIGTERM")
    const { code, stderr } = await pipe.ended
    expect([code, stderr]).toEqual([0, expect.stringContaining("")])
    await server.stop()
    await receiver.down()
    expect(missing()).toEqual([])
    const { waiting, taken: underWay, dead } = JSON.parse((await runPipe(["outbox", "list", outbox, "--json"])).stdout)
    expect([waiting.records, underWay.records, dead.records]).toEqual([0, 0, 0])

    expect(receiver.forged).toEqual([])
    const bodies = new Map<string, string>()
    const ids = new Map<string, string>()
    const texts = new Map(committed)
    const firsts: Array<Row> = []
    const known = new Set<string>()
    for (const { id, body, records, isAcknowledged } of receiver.deliveries) {
      expect(bodies.get(id) ?? body).toBe(body)
      bodies.set(id, body)
      for (const row of records) {
        const name = nameOf(row)
        const text = JSON.stringify(row)
        expect(`${name} in ${ids.get(name) ?? id}: ${texts.get(name) ?? text}`).toBe(`${name} in ${id}: ${text}`)
        ids.set(name, id)
        texts.set(name, text)
        if (!isAcknowledged || known.has(name)) continue
        known.add(name)
        firsts.push(row)
      }
    }
    // In the order in which they were committed: run by run, each from its beginning, without a hole.
    const places = [...runs, ...new Set(firsts.map(({ run }) => run))].filter((run, at, all) => all.indexOf(run) === at)
    const misplaced = firsts.findIndex((row, index) => {
      const previous = firsts[index - 1]
      return row.seq === 1
        ? places.indexOf(row.run) <= places.indexOf(previous?.run ?? "")
        : row.seq !== previous!.seq + 1
    })
    expect(misplaced === -1 ? undefined : firsts.slice(misplaced - 1, misplaced + 1)).toBe(undefined)
    expect(firsts.length).toBeGreaterThan(0)
  }, 240_000 + kills * 20_000)
})
