import {
  type Catalog,
  CatalogBusy,
  type CatalogError,
  checkNames,
  describeUnknown,
  diagnose,
  fetchGet,
  type HttpGet,
  keyOf,
  Limiter,
  makeCatalog,
  makeLimiter,
  renderDiagnosis,
  type StoredUse,
} from "@boltodds/connection"
import { compareNames } from "../../src/catalog/checkNames.ts"
import { nodeGet } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import type { IncomingMessage, ServerResponse } from "node:http"
import { describe, expect } from "vitest"
import { localServer } from "@boltodds/testing/LocalServer"

const key = "s3cret key/4711"

const serving = (
  respond: (request: IncomingMessage, response: ServerResponse) => void,
  get: HttpGet = fetchGet,
  timeoutMillis?: number,
) =>
  Effect.gen(function* () {
    const { url, port } = yield* localServer({ request: respond })
    const catalog = yield* makeCatalog({ key: keyOf(key.replace(" ", "")), url, get, timeoutMillis })
    return { catalog, host: `127.0.0.1:${port}` }
  }).pipe(Effect.provideService(Limiter, makeLimiter()))

const fresh = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.provideService(effect, Limiter, makeLimiter())

for (const [name, get] of [["fetch", fetchGet], ["node's client", nodeGet]] as const) {
  describe(`the catalog over ${name}`, () => {
    it.live("sends the key and encoded names to the feed's server", () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        const { catalog } = yield* serving((request, response) => {
          asked.push(request.url!)
          response.end('{"fanduel":{"US Open (M)":["Moneyline"]}}')
        }, get)
        const markets = yield* fresh(catalog.markets({ sports: ["US Open (M)", "MLB"], sportsbooks: [] }))
        expect(markets).toEqual({ fanduel: { "US Open (M)": ["Moneyline"] } })
        expect(asked).toEqual(["/api/get_markets?key=s3cretkey%2F4711&sports=MLB%2CUS%20Open%20%28M%29"])
      }))

    it.live("fails with one error for each remedy, without the key", () =>
      Effect.gen(function* () {
        const failures: Array<[(response: ServerResponse) => void, CatalogError["_tag"], string]> = [
          [(r) => r.writeHead(401).end("no"), "CatalogRefused", "get_info: HTTP 401: no"],
          [(r) => r.end('{"error":"Invalid API key"}'), "CatalogRefused", "Invalid API key"],
          [
            (r) => r.writeHead(403, { "content-type": "text/html" }).end("<title>No</title>Forbidden: invalid key"),
            "CatalogUnavailable",
            'get_info: HTTP 403 with a web page ("No"), not an answer of the feed',
          ],
          [(r) => r.writeHead(401).end("<!doctype html>"), "CatalogUnavailable", "HTTP 401 with a web page, not"],
          [(r) => r.writeHead(500).end("<p>unauthorized</p>"), "CatalogUnavailable", "HTTP 500"],
          [(r) => r.writeHead(429, { "retry-after": "9" }).end(), "CatalogBusy", "HTTP 429"],
          [(r) => r.writeHead(500).end(`boom s3cretkey/4711`), "CatalogUnavailable", "HTTP 500: boom [redacted]"],
          [(r) => r.writeHead(302, { location: "/" }).end(), "CatalogUnavailable", "redirects are not followed"],
          [(r) => r.end("<html>"), "CatalogUnreadable", "the answer is not JSON: <html>"],
          [(r) => r.end("[]"), "CatalogUnreadable", "the answer is not"],
          [() => {}, "CatalogUnavailable", "did not answer get_info within 0.3 s"],
          [(r) => r.destroy(), "CatalogUnavailable", "Cannot get get_info"],
        ]
        for (const [respond, tag, words] of failures) {
          const timeoutMillis = words.includes("within 0.3 s") ? 300 : undefined
          const { catalog } = yield* serving((_, response) => respond(response), get, timeoutMillis)
          const error = yield* Effect.flip(fresh(catalog.info))
          expect(error._tag).toBe(tag)
          expect(error.message).toContain(words)
          expect(JSON.stringify(error) + error.message + error.stack).not.toMatch(/s3cret/)
          if (error._tag === "CatalogBusy") expect(error.retryAfterMillis).toBe(9000)
        }
      }))
  })
}

describe("the catalog", () => {
  const counted = Effect.gen(function* () {
    let requests = 0
    let failing = false
    const get: HttpGet = () =>
      Effect.sync(() => {
        requests++
        const body = failing ? "oops" : '{"sports":["MLB"],"sportsbooks":["fanduel"]}'
        return { status: 200, retryAfter: undefined, body }
      })
    const catalog = yield* makeCatalog({
      key: keyOf("k"),
      url: "wss://feed.example:1/api",
      get,
      keepMillis: 60_000,
    })
    return { catalog, requests: () => requests, fail: (on: boolean) => failing = on }
  })

  it.effect("caches answers, but no failures", () =>
    Effect.gen(function* () {
      const { catalog, requests, fail } = yield* counted
      const info = fresh(catalog.info)
      yield* Effect.all([info, info, info], { concurrency: 3 })
      yield* TestClock.adjust("59 seconds")
      yield* info
      expect(requests()).toBe(1)
      yield* TestClock.adjust("1 second")
      fail(true)
      yield* Effect.flip(info)
      yield* Effect.flip(info)
      fail(false)
      expect(yield* info).toEqual({ sports: ["MLB"], sportsbooks: ["fanduel"] })
      expect(requests()).toBe(4)
    }))

  it.effect("shares the request allowance with the dials", () =>
    Effect.gen(function* () {
      const { catalog, requests } = yield* counted
      const limiter = makeLimiter()
      for (let n = 0; n < 8; n++) yield* limiter.take("feed.example:1", "dial")
      for (let n = 0; n < 2; n++) yield* limiter.take("feed.example:1", "rest")
      const fiber = yield* Effect.forkChild(Effect.provideService(catalog.info, Limiter, limiter))
      yield* TestClock.adjust("59 seconds")
      expect(requests()).toBe(0)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      expect(requests()).toBe(1)
    }))
})

describe("names", () => {
  const books = ["draftkings", "fanduel", "betmgm", "caesars", "bet365", "espnbet"]
  const known = {
    info: { sports: ["MLB", "NBA", "US Open (M)"], sportsbooks: books },
    games: [
      { game: "A vs B, 2026-07-16, 01", sport: "MLB", when: null, universal_id: null, orig_teams: null },
      { game: "C vs D, 2026-07-16, 02", sport: "NBA", when: null, universal_id: null, orig_teams: null },
    ],
    markets: { fanduel: { MLB: ["Moneyline", "Total"] }, "*": { "*": ["Spread"] } },
  }
  it("that do not exist are reported with similar names", () => {
    const report = compareNames({
      sports: ["MLB", "mlb", "Curling"],
      sportsbooks: ["draftking", "fanduel"],
      games: ["A vs B, 2026-07-16, 02"],
      markets: ["Moneyline", "Spread", "Totals"],
    }, known)
    expect(report.unknown.map(describeUnknown)).toEqual([
      "no sport `mlb`; did you mean `MLB`?",
      "no sport `Curling`",
      "no sportsbook `draftking`; did you mean `draftkings`?",
      "no game `A vs B, 2026-07-16, 02`; did you mean `A vs B, 2026-07-16, 01` or `C vs D, 2026-07-16, 02`?",
      "no market `Totals`; did you mean `Total`?",
    ])
    expect(report.games).toBe(0)
  })

  it("that were not asked for are not checked", () => {
    expect(compareNames({}, known)).toEqual({ unknown: [], games: 2 })
    expect(compareNames({ sports: ["NBA"] }, known).games).toBe(1)
    expect(compareNames({ sports: ["Curling"] }, {})).toEqual({ unknown: [], games: undefined })
  })

  it.effect("cost only the requests that the filters need", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const note = <A>(what: string, value: A) => Effect.sync(() => (asked.push(what), value))
      const catalog: Catalog = {
        info: note("info", known.info),
        games: note("games", known.games),
        markets: (query) => note(`markets ${JSON.stringify(query)}`, known.markets),
      }
      yield* checkNames({ sports: [] }, catalog)
      expect(asked).toEqual([])
      yield* checkNames({ sportsbooks: ["fanduel", "fanduell"], markets: ["Total"] }, catalog)
      expect(asked).toEqual(["info", 'markets {"sports":[],"sportsbooks":["fanduel"]}'])
    }))
})

describe("a diagnosis", () => {
  const facts = {
    session: "feed",
    epoch: 1,
    at: 20_000,
    silentMillis: 20_000,
    host: "spro.agency",
    asked: { sports: ["NBA"], sportsbooks: ["draftking"] },
    plan: "Starter",
    errors: [],
  }
  it("lists proven causes before possible ones", () => {
    const unknown = [{ kind: "sportsbook", name: "draftking", nearest: ["draftkings"] }] as const
    const diagnosis = diagnose({ ...facts, names: { unknown, games: 0 } })
    expect(diagnosis.causes.map(({ proven, cause }) => `${proven} ${cause.kind}`)).toEqual([
      "true unknown_names",
      "true no_games",
      "false plan_limit",
      "false key_in_use",
      "false plan_ended",
      "false quiet",
    ])
    expect(renderDiagnosis(diagnosis)).toBe(
      `Connected to spro.agency, but received only pings for 20 s.
Asked for: sports NBA; sportsbooks draftking (plan Starter)
- the server ignores names that do not exist: no sportsbook \`draftking\`; did you mean \`draftkings\`?
- the catalog lists no game for these filters now
- perhaps: the plan Starter allows one sport and one market. Name one of each
- perhaps: another program uses this key: the plan Starter allows 1 connection at a time
- perhaps: the trial or subscription of this key has ended
- perhaps: nothing changes within these filters at the moment`,
    )
  })

  it("counts errors of the server and other holders of the key as proven", () => {
    const since = Date.UTC(2026, 6, 16, 17)
    const diagnosis = diagnose({
      ...facts,
      asked: { sports: ["NBA"] },
      plan: "Growth",
      errors: ["too many concurrent connections"],
      names: { unknown: [], games: 3 },
      holders: [{ pid: 7, machine: undefined, program: "other", since, sockets: 1 }],
    })
    expect(renderDiagnosis(diagnosis)).toBe(
      `Connected to spro.agency, but received only pings for 20 s.
Asked for: sports NBA (plan Growth)
- the server sent an error: too many concurrent connections
- the server counts too many connections with this key. End the others, and wait a minute
- another process holds this key: pid 7 (other) of this machine, since 2026-07-16 17:00:00 UTC
- perhaps: the trial or subscription of this key has ended
- perhaps: nothing changes within these filters at the moment
All names exist in the catalog.`,
    )
  })

  it("does not count a stored list of names as proof", () => {
    const unknown = [{ kind: "sport", name: "NBA", nearest: [] }] as const
    const stored: StoredUse = {
      path: "get_info",
      at: 0,
      ageMillis: 20_000,
      why: new CatalogBusy("HTTP 429", undefined),
    }
    const diagnosis = diagnose({ ...facts, names: { unknown, games: 0, stored } })
    const { causes } = diagnosis
    expect(renderDiagnosis(diagnosis).split("\n").at(-1)).toBe(
      "Names checked from the cache of 20 s ago: HTTP 429",
    )
    expect(causes.filter(({ proven }) => proven)).toEqual([])
    expect(causes.slice(0, 2).map(({ cause }) => cause.kind)).toEqual(["unknown_names", "no_games"])
  })

  it("reports data outside the filters, even when the names cannot be checked", () => {
    const outside = { messages: 40, sport: "MLB", sportsbook: "fanduel" }
    const diagnosis = diagnose({ ...facts, asked: { sports: ["NAB"] }, outside, names: { unavailable: "HTTP 500" } })
    expect(renderDiagnosis(diagnosis)).toBe(
      `Connected to spro.agency, but received no data within the filters for 20 s.
Asked for: sports NAB (plan Starter)
- the server sent 40 messages outside the filters, the first about MLB at fanduel: it does not apply the filters as meant. \
Check that each name is exactly as in the catalog
- perhaps: the plan Starter allows one sport and one market. Name one of each
Cannot check the names: HTTP 500`.replaceAll("\\\n", ""),
    )
  })

  it("repeats the errors of the server, and says that the names could not be checked", () => {
    const diagnosis = diagnose({
      ...facts,
      asked: {},
      plan: undefined,
      errors: ["Code 1"],
      names: { unavailable: "HTTP 500" },
    })
    expect(renderDiagnosis(diagnosis)).toBe(
      `Connected to spro.agency, but received only pings for 20 s.
Asked for: everything
- the server sent an error: Code 1
- perhaps: another program uses this key: the plans allow 1 to 3 connections at a time
- perhaps: the trial or subscription of this key has ended
- perhaps: the URL is not that of the feed
Cannot check the names: HTTP 500`,
    )
  })
})
