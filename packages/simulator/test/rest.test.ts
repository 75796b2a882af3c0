import { decodeGames, decodeInfo, decodeMarkets } from "@boltodds/protocol"
import { exampleGames, refuse, type Simulator } from "@boltodds/simulator"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { quiet, withSimulator } from "./withSimulator.ts"

const get = (simulator: Simulator, path: string): Promise<Response> => fetch(`${simulator.restUrl}${path}`)

describe("the REST endpoints", () => {
  it("list every name that filters may use (get_info)", () =>
    withSimulator(quiet, async ({ simulator }) => {
      const response = await get(simulator, "/get_info?key=k")
      expect(response.headers.get("content-type")).toBe("application/json")
      const info = Result.getOrThrow(decodeInfo(await response.json()))
      expect(info.sports).toEqual(expect.arrayContaining(["NBA", "MLB", "Wimbledon (M)", "US Open (M)"]))
      expect(info.sportsbooks).toEqual(expect.arrayContaining(["draftkings", "betmgm", "kalshi", "consensus"]))
    }))

  it("list games as an object by game key (get_games)", () =>
    withSimulator({ ...quiet, world: { date: "2026-07-16" } }, async ({ simulator }) => {
      const body = await (await get(simulator, "/get_games?key=k")).json() as Record<string, unknown>
      expect(body[exampleGames[0]]).toEqual({
        sport: "MLB",
        game: exampleGames[0],
        when: "2025-07-07, 09:45 PM",
        universal_id: expect.stringMatching(/^[0-9a-f]{12}$/),
        orig_teams: "SAN Francisco Giants vs PHI Phillies",
      })
      expect(Result.getOrThrow(decodeGames(body)).map(({ game }) => game)).toEqual(Object.keys(body))
      expect(new Set(simulator.snapshot().map(({ data }) => data.game))).toEqual(new Set(Object.keys(body)))
    }))

  it("list markets by book and sport, and only those asked for (get_markets)", () =>
    withSimulator(quiet, async ({ simulator }) => {
      const all = Result.getOrThrow(decodeMarkets(await (await get(simulator, "/get_markets?key=k")).json()))
      expect(all["draftkings"]?.["MLB"]).toEqual(expect.arrayContaining(["Moneyline", "Spread", "Total", "Strikeouts"]))
      const query = "&sports=Brazil%20Serie%20A,MLB&sportsbooks=betmgm"
      const some = Result.getOrThrow(decodeMarkets(await (await get(simulator, `/get_markets?key=k${query}`)).json()))
      expect(Object.keys(some)).toEqual(["betmgm"])
      expect(Object.keys(some["betmgm"]!).toSorted()).toEqual(["Brazil Serie A", "MLB"])
      expect(await (await get(simulator, "/get_markets?key=k&sportsbooks=nobody")).json()).toEqual({})
    }))

  it("want a key, and the right one where one is set", () =>
    withSimulator({ ...quiet, key: "right" }, async ({ simulator }) => {
      const missing = await get(simulator, "/get_info")
      expect([missing.status, await missing.text()]).toEqual([401, "Missing API key"])
      const wrong = await get(simulator, "/get_info?key=wrong")
      expect([wrong.status, await wrong.text()]).toEqual([401, "Invalid API key"])
      expect((await get(simulator, "/get_info?key=right")).status).toBe(200)
    }))

  it("answer other paths, methods and plain requests to the socket's path with a status", () =>
    withSimulator(quiet, async ({ simulator }) => {
      expect((await get(simulator, "/nothing?key=k")).status).toBe(404)
      expect((await get(simulator, "?key=k")).status).toBe(426)
      const post = await fetch(`${simulator.restUrl}/get_info?key=k`, { method: "POST" })
      expect(post.status).toBe(405)
    }))

  it("count towards 12 a minute together with dials, and then say when to try again", () =>
    withSimulator({ ...quiet, limits: { requestsPerMinute: true } }, async ({ simulator, dial }) => {
      for (let index = 0; index < 11; index++) expect((await get(simulator, "/get_info?key=k")).status).toBe(200)
      await dial()
      const refused = await get(simulator, "/get_info?key=k")
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(55)
      expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60)
      await expect(dial()).rejects.toMatchObject({ status: 429 })
    }))

  it("can be made to fail, and record what they answered without the key", () =>
    withSimulator(quiet, async ({ simulator }) => {
      const stop = simulator.behave(refuse(503, { body: "down", retryAfterSeconds: 7 }))
      const response = await get(simulator, "/get_games?key=secret-key")
      expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([503, "7", "down"])
      stop()
      expect((await get(simulator, "/get_games?key=secret-key")).status).toBe(200)
      const { requests } = simulator.stats()
      expect(requests.map(({ path, status }) => [path, status])).toEqual([["/api/get_games", 503], [
        "/api/get_games",
        200,
      ]])
      expect(JSON.stringify(requests)).not.toContain("secret-key")
    }))
})
