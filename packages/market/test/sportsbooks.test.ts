import { makeSportsbooks, parseSportsbooks } from "@boltodds/market"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { law } from "./laws.ts"

describe("sportsbooks", () => {
  const standard = makeSportsbooks()

  it("are what the table says, and ordinary ones where it says nothing", () => {
    expect(standard.of("DraftKings")).toEqual({
      name: "draftkings",
      kind: "sportsbook",
      bettable: true,
      family: "draftkings",
      likely_family: null,
      fee: {},
      fees: "none",
    })
    expect(standard.of("kalshi")).toMatchObject({ kind: "predictions", fee: { winnings: 0.02 }, fees: "assumed" })
    expect(standard.of("novig")).toMatchObject({ kind: "exchange", bettable: true, fees: "assumed" })
    expect(standard.of("consensus")).toMatchObject({ kind: "synthetic", bettable: false, fees: "none" })
  })

  it("count as one only where that is sure", () => {
    const family = (name: string) => standard.of(name).family
    expect(family("bodog")).toBe(family("bovada"))
    expect(family("ps3838")).toBe(family("pinnacle"))
    expect(family("espnbet")).toBe(family("theScore"))
    expect(family("betmgm")).not.toBe(family("bwin"))
    expect(standard.of("betmgm").likely_family).toBe(standard.of("bwin").likely_family)
  })

  it("take a user's settings, which leave the rest as it is", () => {
    const own = makeSportsbooks({
      ProphetX: { fee: { winnings: 0.01 } },
      bet99: { bettable: false },
      bwin: { family: "Entain" },
      consensus: { bettable: true },
      kalshi: { fee: {} },
    })
    for (const exchange of ["Sporttrade", "Matchbook", "Smarkets", "Betfair Ex"]) {
      expect(own.of(exchange)).toMatchObject({ kind: "exchange", fees: "assumed" })
    }
    expect(own.of("FanDuel Predicts")).toMatchObject({ kind: "predictions", fees: "assumed" })
    expect(own.of("prophetx")).toMatchObject({ kind: "exchange", fee: { winnings: 0.01 }, fees: "set" })
    expect(own.of(" BET99 ").bettable).toBe(false)
    expect(own.of("bwin")).toMatchObject({ family: "entain", likely_family: null })
    expect(own.of("kalshi")).toMatchObject({ fee: {}, fees: "set" })
    // Nobody takes bets at a computed price.
    expect(own.of("consensus").bettable).toBe(false)
    expect(own.of("__proto__").kind).toBe("sportsbook")
  })

  it("of a file are refused with every problem", () => {
    const problems = (json: unknown) => {
      const reading = parseSportsbooks(json)
      return reading._tag === "Invalid" ? reading.problems : []
    }
    expect(problems({ kalshi: { fee: { contract: 0.07 } } })).toEqual([])
    expect(problems(null)).toEqual(["expected an object; got null"])
    expect(problems({ a: 1, b: { kid: "exchange" }, c: { kind: "exchnge" }, " A": {} })).toEqual([
      "a: expected an object; got 1",
      `b.kid: no such member. Did you mean "kind"?`,
      `c.kind: expected one of sportsbook, exchange, predictions, synthetic; got "exchnge". Did you mean "exchange"?`,
      ` A: the same sportsbook as "a"; keep one`,
    ])
    expect(problems({ a: { bettable: "no", family: "", fee: { winnings: 2, stke: 1, stake: -1, contract: "x" } } }))
      .toEqual([
        `a.bettable: expected true or false; got "no"`,
        `a.family: expected a name; got ""`,
        `a.fee.stke: no such member. Did you mean "stake"?`,
        "a.fee.winnings: expected a fraction from 0 to below 1; got 2. 2 % is 0.02.",
        "a.fee.stake: expected a fraction from 0 to below 1; got -1.",
        `a.fee.contract: expected a fraction from 0 to below 1; got "x".`,
      ])
  })

  it("never throw, whatever the JSON or the name", () => {
    law(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())), (json) => {
      const reading = parseSportsbooks(json)
      if (reading._tag === "Sportsbooks") expect(makeSportsbooks(reading.settings).of("kalshi").name).toBe("kalshi")
    })
    law(fc.string({ unit: "binary" }), (name) => {
      const facts = standard.of(name)
      expect(facts.family.length > 0 || facts.name === "").toBe(true)
    })
  })
})
