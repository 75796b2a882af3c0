import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { type BodyError, decodeGames, decodeInfo, decodeMarkets } from "../src/index.ts"

const key = "Springfield Comets vs Shelbyville Hounds, 2026-07-16, 1e1f1b8dc2ec"
const entry = {
  sport: "MLB",
  game: key,
  when: "2026-07-16, 07:10 PM",
  universal_id: "1e1f1b8dc2ec",
  orig_teams: "SPR Comets vs STH Hounds",
}
const value = <A>(result: Result.Result<A, BodyError>): A => Result.getOrThrow(result)
const error = <A>(result: Result.Result<A, BodyError>): BodyError => Result.getOrThrow(Result.flip(result))

describe("get_info", () => {
  it("is two lists of names, perhaps wrapped", () => {
    const info = { sports: ["NBA", "US Open (M)"], sportsbooks: ["fanduel"] }
    expect(value(decodeInfo(info))).toEqual(info)
    expect(value(decodeInfo({ ...info, version: 2 }))).toEqual(info)
    expect(value(decodeInfo({ data: info }))).toEqual(info)
  })
})

describe("get_games", () => {
  it("is an object by key, a list, or either wrapped", () => {
    const keyed = { ...entry, game: undefined }
    for (const body of [{ [key]: entry }, { [key]: keyed }, [entry], { games: { [key]: keyed } }, { data: [entry] }]) {
      expect(value(decodeGames(body))).toEqual([entry])
    }
    expect(value(decodeGames({ games: [entry], status: "ok" }))).toEqual([entry])
    expect(value(decodeGames([key]))).toEqual([{
      game: key,
      sport: null,
      when: null,
      universal_id: null,
      orig_teams: null,
    }])
    expect(value(decodeGames({}))).toEqual([])
    expect(value(decodeGames([]))).toEqual([])
  })
  it("keeps games whose details are missing or of other types, and leaves out what is no game", () => {
    expect(value(decodeGames({ [key]: { sport: 5, when: null }, other: "?" }))).toEqual([
      { game: key, sport: null, when: null, universal_id: null, orig_teams: null },
    ])
  })
})

describe("get_markets", () => {
  it("is by sportsbook and sport, or flat, or wrapped", () => {
    const markets = { fanduel: { MLB: ["Moneyline", "Spread"] }, betmgm: { MLB: [] } }
    expect(value(decodeMarkets(markets))).toEqual(markets)
    expect(value(decodeMarkets({ markets, status: "ok" }))).toEqual(markets)
    expect(value(decodeMarkets({ data: markets, message: "done" }))).toEqual(markets)
    expect(value(decodeMarkets(["Moneyline"]))).toEqual({ "*": { "*": ["Moneyline"] } })
    expect(value(decodeMarkets({ fanduel: ["Moneyline"] }))).toEqual({ fanduel: { "*": ["Moneyline"] } })
  })
})

describe("an answer that is no data", () => {
  const decoders = { decodeInfo, decodeGames, decodeMarkets }
  for (const [name, decode] of Object.entries<(body: unknown) => Result.Result<unknown, BodyError>>(decoders)) {
    it(`${name} shows what the server said in place of data`, () => {
      for (
        const body of [{ error: "no such key" }, { message: "no such key" }, { error: { message: "no such key" } }, {
          detail: "no such key",
        }]
      ) {
        expect(error(decode(body))).toMatchObject({
          _tag: "BodyError",
          fromServer: true,
          reason: "the server answered: no such key",
        })
      }
      expect(error(decode({ status: 401 }))).toMatchObject({
        fromServer: true,
        reason: "the server answered: status 401",
      })
      expect(error(decode({ error: "x".repeat(1000) })).reason.length).toBeLessThan(300)
    })
    it(`${name} refuses other forms without throwing`, () => {
      for (const body of [null, undefined, 7, "text", true, [7], [[]], { a: 1 }]) {
        expect(error(decode(body))).toMatchObject({ _tag: "BodyError", fromServer: false })
      }
    })
  }
})
