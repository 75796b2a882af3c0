import { expect, it } from "vitest"
import { randomScript } from "./randomScript.ts"
import { runScript } from "./runScript.ts"
import { documentedTransitions, drawnTransitions } from "./sessionDocument.ts"
import { shrink } from "./shrink.ts"

const runs = Number(process.env["MODEL_RUNS"] ?? 300)
const firstSeed = Number(process.env["MODEL_SEED"] ?? 1)

/** What somebody who sees a run fail needs: the seed, and a script to keep in regressions.ts. */
const report = async (seed: number): Promise<string> => {
  const script = await shrink(randomScript(seed))
  const { failures, log } = await runScript(script, true)
  return [
    `Run ${seed} breaks rules of docs/session.md:`,
    ...failures.slice(0, 3),
    `To see it again: MODEL_RUNS=1 MODEL_SEED=${seed} vitest run packages/connection/test/model`,
    "The shortest script that does it:",
    JSON.stringify(script),
    "Its last observations:",
    ...log.slice(-40),
  ].join("\n")
}

it("is drawn in docs/session.md as its table says", () => {
  expect(drawnTransitions).toEqual(documentedTransitions)
})

it(`keeps every rule of docs/session.md in ${runs} random runs from seed ${firstSeed} on`, async () => {
  const transitions = new Set<string>()
  const draws: Array<number> = []
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const outcome = await runScript(randomScript(seed))
    if (outcome.failures.length > 0) expect.fail(await report(seed))
    for (const transition of outcome.transitions) transitions.add(transition)
    draws.push(...outcome.draws)
  }
  expect([...transitions].filter((one) => !documentedTransitions.includes(one)), "seen, and not in docs/session.md")
    .toEqual([])
  if (runs >= 100) expectEven(draws)
  // Of few runs, not each has the rare ones.
  if (runs >= 10_000) expect([...transitions].sort()).toEqual([...documentedTransitions].sort())
}, 3_600_000)

/** Full jitter: no part of the range is left out or preferred. */
const expectEven = (draws: ReadonlyArray<number>): void => {
  expect(draws.length).toBeGreaterThan(200)
  for (let part = 0; part < 4; part++) {
    const share = draws.filter((draw) => draw >= part / 4 && draw <= (part + 1) / 4).length / draws.length
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.35)
  }
}
