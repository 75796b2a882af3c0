import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { startSimulator, World } from "@boltodds/simulator"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { withSimulator } from "./withSimulator.ts"

const samples = fileURLToPath(new URL("../../../../shared/samples/", import.meta.url))
const realTrace = join(samples, "mlb-2026-07-16.trace.ndjson.gz")

let folder = ""
let file = ""
/** The texts of the frames in the file. */
let texts: ReadonlyArray<string> = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boltodds-replay-"))
  file = join(folder, "day.ndjson")
  const world = new World({ seed: 8, games: 6, weights: { book_clear: 300, remove: 1000, game_update: 5000 } })
  const frames: Array<unknown> = [...world.initial(0)]
  for (let turn = 0; turn < 400; turn++) frames.push(world.step(turn))
  texts = frames.map((frame) => JSON.stringify(frame))
  await writeFile(file, texts.map((text, t) => `{"t":${t},"frame":${text}}\n`).join(""))
})
afterAll(() => rm(folder, { recursive: true }))

const quiet = { pingMillis: 0 } as const
const dataFrames = (frames: ReadonlyArray<{ readonly data: string }>): ReadonlyArray<string> =>
  frames.map(({ data }) => data).filter((data) => data.includes('"data"'))

describe("a replay", () => {
  it("sends every frame as it stands, in order, to each connection", () =>
    withSimulator({ ...quiet, replay: { file, speed: "max" } }, async ({ simulator, subscribed }) => {
      for (const probe of [await subscribed(), await subscribed()]) {
        await probe.until(() => dataFrames(probe.frames).length === texts.length)
        expect(dataFrames(probe.frames)).toEqual(texts)
        expect(probe.book).toEqual(simulator.book())
      }
    }))

  it("sends binary frames where set", () =>
    withSimulator({ ...quiet, binary: true, replay: { file, speed: "max" } }, async ({ subscribed }) => {
      const probe = await subscribed()
      await probe.until(() => dataFrames(probe.frames).length === texts.length)
      expect(dataFrames(probe.frames)).toEqual(texts)
      expect(probe.frames.filter(({ isBinary }) => isBinary).length).toBe(texts.length)
    }))

  it("keeps to the times of the recording", () =>
    withSimulator({ ...quiet, replay: { file, speed: 4 } }, async ({ subscribed }) => {
      const start = performance.now()
      const probe = await subscribed()
      await probe.until(() => dataFrames(probe.frames).length === texts.length)
      expect(performance.now() - start).toBeGreaterThanOrEqual((texts.length - 1) / 4 - 1)
    }))

  it("sends each client its part", () =>
    withSimulator({ ...quiet, replay: { file, speed: "max", atEnd: "close" } }, async ({ simulator, subscribed }) => {
      const filters = { sportsbooks: ["betmgm", "fanduel"], markets: ["Moneyline", "Spread"] }
      const probe = await subscribed(filters)
      await probe.until(() => probe.closed !== undefined)
      expect(probe.closed).toEqual({ code: 1000, reason: "the recording is over" })
      expect(Object.keys(probe.book).length).toBeGreaterThan(20)
      expect(probe.book).toEqual(simulator.book(filters))
    }))

  it("sends the state so far as initial states when the filters change, and goes on", () =>
    withSimulator({ ...quiet, replay: { file, speed: 4, atEnd: "close" } }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: ["betmgm"] })
      await probe.until(() => probe.actions("line_update").length > 2)
      const filters = { sportsbooks: ["fanduel", "bovada"] }
      probe.subscribe(filters)
      await probe.until(() => probe.closed !== undefined)
      const again = probe.frames.findLastIndex(({ data }) => data.includes("subscription_updated"))
      const text = probe.frames.slice(again).map(({ data }) => data).join("")
      const after = new Set(Array.from(text.matchAll(/"sportsbook":"(\w+)"/g), ([, book]) => book))
      expect(after).toEqual(new Set(filters.sportsbooks))
      const held = Object.entries(probe.book).filter(([line]) => /^(?:fanduel|bovada)\|/.test(line))
      expect(held.length).toBeGreaterThan(50)
      expect(Object.fromEntries(held)).toEqual(simulator.book(filters))
    }))

  it("cuts after so many frames; what follows goes by unseen, and the end is there as initial states", () =>
    withSimulator(
      { ...quiet, replay: { file, speed: "max", cutAfterFrames: 120 } },
      async ({ simulator, subscribed }) => {
        const cut = await subscribed()
        await cut.until(() => cut.closed !== undefined)
        expect(cut.closed?.code).toBe(1006)
        const seen = dataFrames(cut.frames)
        expect(texts.slice(0, seen.length)).toEqual(seen)
        expect(seen.length).toBeLessThanOrEqual(120)
        const after = await subscribed()
        await simulator.waitFor((stats) => stats.subscribed === 1)
        await after.ping(simulator)
        expect(after.dataMessages.every(({ action }) => action === "initial_state")).toBe(true)
        expect(after.book).toEqual(simulator.book())
        expect(after.book).not.toEqual(cut.book)
      },
    ))

  it("runs once on a timeline, where who comes later gets the present first", () =>
    withSimulator({ ...quiet, replay: { file, speed: 20, passes: "timeline" } }, async ({ simulator, subscribed }) => {
      const first = await subscribed()
      await first.until(() => first.actions("line_update").length > 5)
      const second = await subscribed()
      await second.until(() => second.actions("initial_state").length > 10)
      first.stop()
      const last = texts.at(-1)
      await second.until(() => second.frames.at(-1)?.data === last)
      expect(second.book).toEqual(simulator.book())
      const third = await subscribed({ sportsbooks: ["betmgm"] })
      await simulator.waitFor((stats) => stats.subscribed === 2)
      await third.ping(simulator)
      expect(third.book).toEqual(simulator.book({ sportsbooks: ["betmgm"] }))
      expect(third.dataMessages.every(({ action }) => action === "initial_state")).toBe(true)
    }))

  it("lists the names of the recording over REST", () =>
    withSimulator({ ...quiet, replay: { file } }, async ({ simulator }) => {
      const info = await (await fetch(`${simulator.restUrl}/get_info?key=k`)).json() as { sportsbooks: Array<string> }
      expect(info.sportsbooks).toEqual(expect.arrayContaining(["draftkings", "bovada"]))
      const games = await (await fetch(`${simulator.restUrl}/get_games?key=k`)).json() as Record<string, unknown>
      expect(Object.keys(games).length).toBeGreaterThanOrEqual(6)
    }))

  it("is refused at the start if the file is no recording", async () => {
    const broken = join(folder, "broken.ndjson")
    await writeFile(broken, `{"t":0,"frame":{}}\nbroken`)
    await expect(startSimulator({ replay: { file: broken } })).rejects.toMatchObject({ kind: "recording" })
  })

  it.skipIf(!existsSync(realTrace))(
    "delivers the sampled real day byte for byte, and its book is exact (skipped: ../shared/samples is not there)",
    () =>
      withSimulator(
        { ...quiet, replay: { file: realTrace, speed: "max", atEnd: "close" } },
        async ({ simulator, subscribed }) => {
          const lines = gunzipSync(await readFile(realTrace)).toString().trim().split("\n")
          const probe = await subscribed()
          await probe.until(() => probe.closed !== undefined)
          const frames = probe.frames.slice(2).map(({ data }) => data)
          expect(frames).toEqual(
            lines.map((line) => line.slice(line.indexOf('"frame":') + 8, line.lastIndexOf(',"snapshot"'))),
          )
          const { book } = JSON.parse(await readFile(join(samples, "mlb-2026-07-16.book.json"), "utf8")) as {
            book: Record<string, string>
          }
          expect(simulator.book()).toEqual(book)
          expect(probe.book).toEqual(book)
        },
      ),
  )
})
