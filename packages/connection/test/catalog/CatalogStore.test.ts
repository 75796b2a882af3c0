import {
  type CatalogQuestion,
  type CatalogStore,
  checkNames,
  describeAge,
  describeStored,
  HttpFailure,
  type HttpGet,
  type HttpResponse,
  keyOf,
  Limiter,
  type LimiterShape,
  makeCatalog,
  makeLimiter,
  type StoredUse,
} from "@boltodds/connection"
import { catalogCache } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"

const key = "s3cret-key-4711"
const hour = 3_600_000
const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)

const good: HttpResponse = { status: 200, retryAfter: undefined, body: `{"sports":["MLB"],"sportsbooks":["fanduel"]}` }
const info = { sports: ["MLB"], sportsbooks: ["fanduel"] }

/** A catalog of a new process over the same cache, whose server answers like this. */
const started = (
  path: string,
  answer: HttpResponse | HttpFailure,
  { secret = key, limiter = makeLimiter(), store = catalogCache({ folder: path }) }: {
    readonly secret?: string
    readonly limiter?: LimiterShape
    readonly store?: CatalogStore
  } = {},
) =>
  Effect.gen(function* () {
    const used: Array<StoredUse> = []
    let asked = 0
    const get: HttpGet = () => {
      asked++
      return answer instanceof HttpFailure ? Effect.fail(answer) : Effect.succeed(answer)
    }
    const catalog = yield* makeCatalog({
      key: keyOf(secret),
      url: "wss://feed.example:1/api",
      get,
      store,
      onStored: (use) => used.push(use),
    })
    const inContext = <A, E>(effect: Effect.Effect<A, E>) => Effect.provideService(effect, Limiter, limiter)
    return { info: inContext(catalog.info), catalog, used, asked: () => asked, inContext }
  })

describe("a catalog with a store", () => {
  for (
    const [name, answer, says] of [
      ["429", { ...good, status: 429, body: "" }, "feed.example:1 get_info: HTTP 429"],
      ["503", { ...good, status: 503, body: "later" }, "feed.example:1 get_info: HTTP 503: later"],
      ["no network", new HttpFailure("ECONNREFUSED"), "Cannot get get_info from feed.example:1: ECONNREFUSED"],
    ] as const
  ) {
    it.effect(`answers from it, with the age of the answer, on ${name}`, () =>
      Effect.gen(function* () {
        const path = yield* folder
        expect(yield* (yield* started(path, good)).info).toEqual(info)
        yield* TestClock.adjust(3 * hour)
        const { info: again, used, catalog, inContext } = yield* started(path, answer)
        expect(yield* again).toEqual(info)
        expect(used.map(describeStored)).toEqual([`from the cache of 3 h ago: ${says}`])
        expect(used[0]).toMatchObject({ path: "get_info", at: 0, ageMillis: 3 * hour })
        const report = yield* inContext(checkNames({ sportsbooks: ["fanduell"] }, catalog))
        expect(report).toMatchObject({ unknown: [{ name: "fanduell", nearest: ["fanduel"] }], stored: { at: 0 } })
      }))
  }

  it.effect("never answers from it for a refused key, nor for another key", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* (yield* started(path, good)).info
      const refused = yield* started(path, { ...good, status: 401, body: "no" })
      expect((yield* Effect.flip(refused.info))._tag).toBe("CatalogRefused")
      const inWords = yield* started(path, { ...good, body: `{"error":"Invalid API key"}` })
      expect((yield* Effect.flip(inWords.info))._tag).toBe("CatalogRefused")
      const other = yield* started(path, { ...good, status: 429 }, { secret: "another-key" })
      expect((yield* Effect.flip(other.info))._tag).toBe("CatalogBusy")
      expect([...refused.used, ...inWords.used, ...other.used]).toEqual([])
    }))

  it.effect("answers from it if the limiter would wait long, and waits if it has no answer", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const limiter = makeLimiter({ windowMillis: 60_000, total: 1, dials: 1 })
      yield* (yield* started(path, good, { limiter })).info
      yield* TestClock.adjust(50_000)
      const soon = yield* started(path, good, { limiter })
      expect(yield* soon.info).toEqual(info)
      expect(soon.asked()).toBe(0)
      expect(soon.used.map(describeStored)).toEqual([
        "from the cache of 50 s ago: the request allowance for feed.example:1 is used up for now",
      ])
      const empty: CatalogStore = { load: () => Effect.undefined, save: () => Effect.void }
      const without = yield* started(path, good, { limiter, store: empty })
      const waiting = yield* Effect.forkChild(without.info)
      yield* TestClock.adjust(9999)
      expect(without.asked()).toBe(0)
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(waiting)).toEqual(info)
      expect(without.asked()).toBe(1)
    }))

  it.effect("asks the server again after half a minute, and no longer reports a stored answer", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* (yield* started(path, good)).info
      const answers = [new HttpFailure("ECONNREFUSED"), good]
      let asked = 0
      const catalog = yield* makeCatalog({
        key: keyOf(key),
        url: "wss://feed.example:1/api",
        get: () => {
          const answer = answers[asked++]!
          return answer instanceof HttpFailure ? Effect.fail(answer) : Effect.succeed(answer)
        },
        store: catalogCache({ folder: path }),
      })
      const ask = Effect.provideService(catalog.info, Limiter, makeLimiter())
      yield* ask
      yield* TestClock.adjust(29_999)
      yield* ask
      expect(asked).toBe(1)
      expect((yield* catalog.stored!).length).toBe(1)
      yield* TestClock.adjust(1)
      yield* ask
      expect(asked).toBe(2)
      expect(yield* catalog.stored!).toEqual([])
    }))

  it.effect("stores no answer that contains the key, and uses none from last week or the future", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const echoed = { ...good, body: `{"sports":["MLB"],"sportsbooks":["${key}"]}` }
      yield* (yield* started(path, echoed)).info
      expect(yield* Effect.promise(() => readdir(path))).toEqual([])
      yield* TestClock.adjust(hour)
      yield* (yield* started(path, good)).info
      const down = { ...good, status: 503 }
      yield* TestClock.adjust(7 * 24 * hour + 1)
      expect((yield* Effect.flip((yield* started(path, down)).info))._tag).toBe("CatalogBusy")
      yield* TestClock.setTime(0)
      expect((yield* Effect.flip((yield* started(path, down)).info))._tag).toBe("CatalogBusy")
    }))
})

describe("the cache in files", () => {
  const question: CatalogQuestion = {
    host: "feed",
    key: Redacted.make(key),
    path: "get_markets",
    query: { sports: "A" },
  }
  const answer = { at: 7, body: `{"a":"\u00fc"}` }

  it.live("keeps the newest answer to each question, without the key", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { save, load } = catalogCache({ folder: path })
      yield* save(question, answer)
      expect(yield* load(question)).toEqual(answer)
      yield* save(question, { ...answer, at: 8 })
      expect(yield* load(question)).toEqual({ ...answer, at: 8 })
      expect(yield* load({ ...question, query: { sports: "B" } })).toBeUndefined()
      expect(yield* load({ ...question, host: "other" })).toBeUndefined()
      const [place] = yield* Effect.promise(() => readdir(path))
      const files = yield* Effect.promise(() => readdir(join(path, place!)))
      expect(files).toEqual([expect.stringMatching(/^get_markets-[0-9a-f]{12}\.json$/)])
      expect(yield* Effect.promise(() => readFile(join(path, place!, files[0]!), "utf8"))).not.toContain(key)
    }))

  it.live("is bounded in the size of an answer and in their number", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { save, load } = catalogCache({ folder: path, maxAnswerBytes: 100, maxAnswers: 3 })
      yield* save(question, { at: 1, body: "x".repeat(101) })
      expect(yield* load(question)).toBeUndefined()
      for (let n = 0; n < 8; n++) yield* save({ ...question, query: { sports: String(n) } }, { at: n, body: "{}" })
      const [place] = yield* Effect.promise(() => readdir(path))
      expect((yield* Effect.promise(() => readdir(join(path, place!)))).length).toBe(3)
    }))

  it.live("ignores damaged files, and reports once that it cannot write", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const problems: Array<string> = []
      const { save, load } = catalogCache({ folder: path, onProblem: (message) => problems.push(message) })
      yield* save(question, answer)
      const [place] = yield* Effect.promise(() => readdir(path))
      const [name] = yield* Effect.promise(() => readdir(join(path, place!)))
      const file = join(path, place!, name!)
      for (const text of ["", "{", "[]", `{"at":1,"body":"{}","question":"another"}`, `{"at":"x","body":1}`]) {
        yield* Effect.promise(() => writeFile(file, text))
        expect(yield* load(question)).toBeUndefined()
      }
      yield* Effect.promise(async () => {
        await rm(file)
        await mkdir(file)
      })
      expect(yield* load(question)).toBeUndefined()
      yield* save(question, answer)
      yield* save(question, answer)
      expect(problems).toEqual([expect.stringContaining(`Cannot store the catalog in ${path}: `)])
    }))
})

describe("an age", () => {
  it.each([[0, "0 s"], [59_999, "59 s"], [60_000, "1 min"], [2 * hour - 1, "1 h"], [23 * hour, "23 h"], [
    24 * hour,
    "1 day",
  ], [50 * hour, "2 days"]])("of %d ms is %s", (millis, text) => {
    expect(describeAge(millis)).toBe(text)
  })
})
