import { describe, expect, it } from "vitest"
import { emitNamed } from "./emits.ts"
import { comparedNames } from "../src/internal/cel/names.ts"

const of = (expression: string, emit: string) =>
  comparedNames(expression, emitNamed(emit)).map(({ kind, name }) => `${kind} ${name}`)

describe("the names that an expression compares with", () => {
  it("are found on either side, in lists, and in what is combined", () => {
    expect(of('sport == "NBA" && ("fanduel" != sportsbook || !(market in ["Spread", "Total"])) && odds > 1', "changes"))
      .toEqual(["sport NBA", "sportsbook fanduel", "market Spread", "market Total"])
    expect(of('game == "A" ? sport == "NBA" : sport == "NBA"', "changes")).toEqual(["game A", "sport NBA"])
  })

  it("are found in the data of messages", () => {
    expect(of('data.sport == "NBA" || data["sportsbook"] == "x"', "messages")).toEqual(["sport NBA", "sportsbook x"])
  })

  it("do not exist where other fields, or no literals, are compared", () => {
    expect(of('home_team == "Lakers" || sport == sportsbook || sport.startsWith("N")', "changes")).toEqual([])
  })
})
