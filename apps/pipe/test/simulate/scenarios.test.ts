import { startSimulator } from "@boltodds/simulator"
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it, vi } from "vitest"
import { WebSocket } from "ws"
import { loadScenario } from "../../src/commands/simulate/loadScenario.ts"

const folder = mkdtempSync(join(tmpdir(), "boltodds-scenarios-"))
const written = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const example = (name: string): string =>
  fileURLToPath(new URL(`../../../../examples/scenarios/${name}`, import.meta.url))

const problem = async (file: string): Promise<string> =>
  loadScenario(file).then(() => "none", (error: Error) => error.message)

describe("loadScenario", () => {
  it("says all that is wrong with a file, with line and column", async () => {
    const file = written(
      "wrong.yaml",
      `about: two mistakes and one more
steps:
  - at: 2s
    fault: mute
    for: soon
  - at: 3s
    fault: mtue
  - do: restart
    seeds: 5
  - {}
`,
    )
    expect((await problem(file)).replaceAll(file, "FILE").replace(/There are drop.*/, "There are drop, …")).toBe(
      `Cannot play the scenario:
  FILE:5:5: mute for: expected a duration such as 500ms, 15s, 1m30s, at most 24d, or a count of a connection's data frames such as 200frames; got "soon"
  FILE:7:5: there is no fault mtue; did you mean mute? There are drop, …
  FILE:9:5: restart has no seeds; did you mean seed? It has seed, down, missed
  FILE:10:5: a step must have either "fault" or "do"`,
    )
  })

  it.each([
    ["a: [", /wrong-0\.yaml:1:\d+: Flow sequence/],
    ["steps:\n  - do: ping\n    do: pause\n", /wrong-1\.yaml:3:5: Map keys must be unique/],
    ["", /wrong-2\.yaml:1:1: a scenario must have steps: a list/],
    ["about: x\n", /wrong-3\.yaml:1:1: steps must be a list of at least one step/],
    ["steps: {}\n", /wrong-4\.yaml:1:1: steps must be a list of at least one step/],
  ])("refuses %j", async (text, message) => {
    const number = ["a: [", "steps:\n  - do: ping\n    do: pause\n", "", "about: x\n", "steps: {}\n"].indexOf(text)
    expect(await problem(written(`wrong-${number}.yaml`, text))).toMatch(message)
  })

  it("refuses what is no scenario file, is not there, or exports nothing", async () => {
    expect(await problem("night.txt")).toMatch(/must end with one of .yaml .yml .json .ts .mts .js .mjs/)
    expect(await problem(join(folder, "gone.yaml"))).toMatch(/gone.yaml: there is no such file\. Check its name\./)
    expect(await problem(written("empty.mjs", "export const x = 1"))).toMatch(/empty.mjs: it has no default export/)
    expect(await problem(written("broken.mjs", "export default {"))).toMatch(/Cannot read the scenario .*broken.mjs/)
    const wrong = written("wrong.mjs", "export default { steps: [{ fault: 'mute', for: 5 }] }")
    expect(await problem(wrong)).toMatch(/wrong.mjs: steps: 0: for: mute for: expected a duration/)
  })

  it("reads JSON, modules with data, and modules with a function", async () => {
    const steps = `[{ "do": "pause" }, { "do": "ping" }]`
    const files = [
      written("a.json", `{ "steps": ${steps} }`),
      written("b.mts", `export default { steps: ${steps} as ReadonlyArray<unknown> }`),
      written("c.mjs", `export default async (simulator, { tell }) => { tell({ name: typeof simulator.inject }) }`),
    ]
    const simulator = await startSimulator({ rate: 0 })
    const told: Array<string> = []
    for (const file of files) await (await loadScenario(file)).play(simulator, { tell: ({ name }) => told.push(name) })
    await simulator.stop()
    expect(told).toEqual(["pause", "ping", "pause", "ping", "function"])
  })
})

describe("the example scenarios", () => {
  afterEach(() => void vi.useRealTimers())

  it("bad-night takes all its steps within five minutes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const simulator = await startSimulator({ rate: 0, pingMillis: 0 })
    const { about, play } = await loadScenario(example("bad-night.yaml"))
    expect(about).toBe("a bad night, in five minutes")
    const told: Array<string> = []
    const played = play(simulator, { tell: ({ name }) => told.push(name) })
    await vi.advanceTimersByTimeAsync(299_999)
    expect(told).toEqual([
      "cut-snapshot",
      "disconnect",
      "half-open",
      "clear-book",
      "remove-game",
      "late-arrivals",
      "restart",
      "refuse",
      "stall",
    ])
    await vi.advanceTimersByTimeAsync(1)
    await played
    expect(told.at(-1)).toBe("stop-faults")
    vi.useRealTimers()
    await simulator.stop()
  })

  it("odd-messages goes by frames", async () => {
    const simulator = await startSimulator({ rate: 0, pingMillis: 0, messagesPerFrame: 2, world: { games: 2 } })
    const socket = new WebSocket(`${simulator.url}?key=any`)
    const texts: Array<string> = []
    socket.on("message", (data) => texts.push(String(data)))
    await once(socket, "open")
    const played = (await loadScenario(example("odd-messages.yaml"))).play(simulator, {})
    socket.send(`{"action":"subscribe","filters":{}}`)
    await simulator.waitFor((stats) => stats.subscribed === 1)
    while (simulator.stats().struck["garbage"] === undefined) {
      simulator.step(2)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await played
    simulator.pushFrame(`"the end"`)
    while (texts.at(-1) !== `"the end"`) await once(socket, "message")
    expect(texts.filter((text) => text.includes("from_the_future") && text.startsWith(`[{"action"`)).length).toBe(1)
    expect(texts).toContain(`{"action":"line_update","data":{"sport":"NBA","sportsbook":"dra`)
    expect(texts.some((text) => text.includes(`"odds":"1.91"`))).toBe(true)
    socket.terminate()
    await simulator.stop()
  })

  it("follow-the-client exchanges the world each time that the client has come back", async () => {
    const simulator = await startSimulator({ rate: 2000, world: { games: 4 } })
    const played = (await loadScenario(example("follow-the-client.ts"))).play(simulator, {})
    const books: Array<string> = []
    for (let connection = 1; connection <= 3; connection++) {
      books.push(JSON.stringify(Object.keys(simulator.book())))
      const socket = new WebSocket(`${simulator.url}?key=any`)
      socket.on("error", () => {})
      socket.on("open", () => socket.send(`{"action":"subscribe","filters":{}}`))
      await once(socket, "close")
      await simulator.waitFor((stats) => stats.open === 0)
    }
    await played
    const { accepted } = simulator.stats()
    await simulator.stop()
    expect(accepted).toBe(3)
    expect(new Set(books).size).toBe(3)
  })
})
