import { actions, faults, playScenario, readScenario, type Scenario, SimulatorError } from "@boltodds/simulator"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { patience } from "@boltodds/testing/patience"
import { quiet, withSimulator } from "./withSimulator.ts"

const scenarioOf = (data: unknown): Scenario => {
  const { scenario, problems } = readScenario(data)
  if (problems !== undefined) throw new Error(JSON.stringify(problems))
  return scenario
}

const problemsOf = (data: unknown): ReadonlyArray<string> =>
  (readScenario(data).problems ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`)

describe("readScenario", () => {
  it("reads steps: times, frames, or the moment of the step before", () => {
    const scenario = scenarioOf({
      about: "three steps",
      steps: [
        { at: "2s", fault: "mute", for: "30s" },
        { do: "disconnect", code: 1012 },
        { after_frames: 10, fault: "garbage", share: 0.5 },
      ],
    })
    expect(scenario).toEqual({
      about: "three steps",
      steps: [
        { at: { millis: 2000 }, kind: "fault", name: "mute", given: { for: "30s" } },
        { at: { millis: 2000 }, kind: "action", name: "disconnect", given: { code: 1012 } },
        { at: { frames: 10 }, kind: "fault", name: "garbage", given: { share: 0.5 } },
      ],
    })
  })

  it("says all that is wrong at once, and where", () => {
    const problems = problemsOf({
      stepz: 1,
      about: 5,
      steps: [
        { at: 2, fault: "mute" },
        { at: "1s", after_frames: 3, fault: "mute" },
        { after_frames: -1, do: "ping" },
        { fault: "mut" },
        { fault: "mute", fro: "3s" },
        { fault: "mute", every: "3s" },
        { do: "clear-bok" },
        { do: "push", messages: "hello" },
        { do: "pause", long: true },
        {},
        { fault: "mute", do: "ping" },
        "mute",
        { do: "rate", rate: 60_000 },
      ],
    })
    expect(problems.map((problem) => problem.replace(/(There are|It has) .*/, "$1 …"))).toEqual([
      "stepz: a scenario has no stepz; did you mean steps? It has …",
      "about: about must be a text",
      "steps.0.at: at: expected a duration such as 500ms, 15s, 1m30s, at most 24d; got 2",
      "steps.1.after_frames: a step has at or after_frames, not both",
      "steps.2.after_frames: after_frames: expected a whole number from 0; got -1",
      "steps.3.fault: there is no fault mut; did you mean mute? There are …",
      "steps.4.fro: mute has no fro; did you mean for? It has …",
      "steps.5: mute: every needs for",
      "steps.6.do: there is nothing to do called clear-bok; did you mean clear-book? There are …",
      'steps.7.messages: push messages: expected an object with an action, or a list of such; got "hello"',
      "steps.8.long: pause has no long. It has …",
      'steps.9: a step must have either "fault" or "do"',
      'steps.10: a step must have either "fault" or "do"',
      'steps.11: a step must have "fault" or "do"',
      "steps.12.rate: rate rate: expected a number from 0 to 50000; got 60000",
    ])
  })

  it.each([[null], [[]], ["steps"], [{ steps: {} }], [{ steps: [] }], [{}]])("refuses %j", (data) => {
    expect(problemsOf(data).length).toBe(1)
  })
})

describe("playScenario", () => {
  it("takes its steps at their times and frames, and reports each", () =>
    withSimulator({ ...quiet, messagesPerFrame: 1 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: ["fanduel", "betmgm"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const told: Array<string> = []
      const played = playScenario(
        simulator,
        scenarioOf({
          steps: [
            { after_frames: 3, do: "clear-book", sportsbook: "fanduel" },
            { at: "20ms", do: "step", messages: 200 },
            { at: "10ms", do: "push", messages: { action: "from_a_scenario" }, track: false },
            { after_frames: 1, do: "remove-game", sportsbook: "betmgm" },
          ],
        }),
        { tell: ({ name }) => told.push(name) },
      )
      await played
      await probe.ping(simulator)
      expect(told.slice(0, 2)).toEqual(["push", "remove-game"])
      expect(told.slice(2).sort()).toEqual(["clear-book", "step"])
      const after = probe.messages.slice(probe.messages.findIndex(({ action }) => action === "ping") + 1)
      const actions = after.map(({ action }) => action as string)
      expect(actions.slice(0, 2)).toEqual(["from_a_scenario", "game_removed"])
      expect(actions).toContain("book_clear")
      expect(probe.book).toEqual(simulator.book({ sportsbooks: ["fanduel", "betmgm"] }))
    }))

  it("switches faults on, and off by stop-faults", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      let isOn = (): void => {}
      const whenOn = new Promise<void>((resolve) => isOn = resolve)
      const played = playScenario(
        simulator,
        scenarioOf({
          steps: [{ fault: "refuse", status: 503 }, { at: `${Math.round(500 * patience())}ms`, do: "stop-faults" }],
        }),
        { tell: () => isOn() },
      )
      await whenOn
      await expect(dial()).rejects.toMatchObject({ status: 503 })
      await played
      await dial()
    }))

  it("ends at a signal, with its faults off and its other steps not taken", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const stop = new AbortController()
      let isOn = (): void => {}
      const whenOn = new Promise<void>((resolve) => isOn = resolve)
      const told: Array<string> = []
      const played = playScenario(
        simulator,
        scenarioOf({ steps: [{ fault: "refuse" }, { at: "1h", do: "restart" }] }),
        {
          signal: stop.signal,
          tell: ({ name }) => {
            told.push(name)
            isOn()
          },
        },
      )
      await whenOn
      stop.abort()
      await played
      await dial()
      expect(told).toEqual(["refuse"])
      await playScenario(simulator, scenarioOf({ steps: [{ do: "disconnect" }] }), { signal: stop.signal })
      expect(simulator.stats().open).toBe(1)
    }))

  it("chooses the same games for the same seed", async () => {
    const chosen = async (faultSeed: number): Promise<ReadonlyArray<string>> => {
      const books: Array<string> = []
      await withSimulator({ ...quiet, faultSeed }, async ({ simulator }) => {
        const before = simulator.snapshot().map(({ data }) => `${data.sportsbook}|${data.game}`)
        const steps = [{ do: "clear-book" }, { do: "remove-game" }, { do: "clear-sport" }, { do: "spoil" }]
        await playScenario(simulator, scenarioOf({ steps }))
        const after = new Set(simulator.snapshot().map(({ data }) => `${data.sportsbook}|${data.game}`))
        books.push(...before.filter((game) => !after.has(game)))
      })
      return books
    }
    const one = await chosen(5)
    expect(one.length).toBeGreaterThan(2)
    expect(await chosen(5)).toEqual(one)
    expect(await chosen(6)).not.toEqual(one)
  })

  it("fails where a step changes the world and there is none, with its faults off", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-scenario-")), "trace.ndjson")
    writeFileSync(file, `{"t":0,"frame":{"action":"ping"}}\n`)
    await withSimulator({ replay: { file } }, async ({ simulator, dial }) => {
      for (const step of [{ fault: "book-clear" }, { do: "clear-book", sportsbook: "fanduel" }]) {
        const played = playScenario(simulator, scenarioOf({ steps: [{ fault: "refuse" }, step] }))
        await expect(played).rejects.toBeInstanceOf(SimulatorError)
        await dial()
      }
      expect(() => simulator.inject("refuse, unreadable")).toThrow(
        "Cannot simulate unreadable: it changes the world, and a recording has none",
      )
      await dial()
    })
  })

  it("can take every step there is", () =>
    withSimulator(quiet, async ({ simulator }) => {
      const needed: Record<string, unknown> = { push: { messages: { action: "ping" } } }
      const steps = [
        ...actions.map(({ name }) => ({ do: name, ...needed[name] as object })),
        ...faults.map(({ name }) => ({ fault: name })),
        { do: "stop-faults" },
      ]
      let taken = 0
      await playScenario(simulator, scenarioOf({ steps }), { tell: () => taken++ })
      expect(taken).toBe(steps.length)
      // Without a connection, a drop does not count.
      expect(simulator.stats().struck).toMatchObject({ "book-clear": 1, restart: 1 })
    }))
})
