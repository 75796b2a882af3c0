import { didYouMean, editDistance, expectedButGot, expectedDuration, nearestNames } from "@boltodds/text"
import { describe, expect, it } from "vitest"

describe("the distance between two texts", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "ab", 1],
    ["abc", "abd", 1],
    ["abc", "acb", 1],
    ["abcd", "badc", 2],
    ["", "abc", 3],
  ])("of %j and %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
    expect(editDistance(b, a)).toBe(distance)
  })
})

describe("the nearest names", () => {
  const nearest = (names: ReadonlyArray<string>) => (text: string) => nearestNames(text, names)[0]

  it("are those that were probably meant", () => {
    const names = ["sports", "sportsbooks", "games", "markets", "home_team"]
    expect(["sport", "sprots", "sportsbok", "GAMES", "mrkets", "game", "home"].map(nearest(names))).toEqual(
      ["sports", "sports", "sportsbooks", "games", "markets", "games", "home_team"],
    )
    expect(["xyz", "", "?", "a".repeat(1000)].map(nearest(names))).toEqual(Array(4).fill(undefined))
  })

  it("are at most three, and do not count case, spaces and punctuation", () => {
    const books = ["bet365", "betmgm", "betrivers", "betway", "Fan Duel"]
    expect(nearestNames("fandeul", books)).toEqual(["Fan Duel"])
    expect(nearestNames("pinnacle", books)).toEqual([])
    expect(nearestNames("bet", books)).toEqual(["bet365", "betmgm", "betway"])
    expect(nearestNames("fan-duel", books)).toEqual(["Fan Duel"])
  })
})

describe("a message about a value", () => {
  it("says what is expected and what was found", () => {
    expect(expectedButGot(expectedDuration, "soon")).toBe(
      `expected a duration such as 500ms, 15s, 1m30s; got "soon"`,
    )
    expect([30, null, undefined, ["a"]].map((got) => expectedButGot("a text", got))).toEqual(
      ["30", "null", "undefined", `["a"]`].map((got) => `expected a text; got ${got}`),
    )
    expect(expectedButGot("a name", "x".repeat(1000)).length).toBeLessThan(120)
  })

  it("names what may have been meant", () => {
    expect(didYouMean("chnages", ["changes", "quotes"])).toBe(` Did you mean "changes"?`)
    expect(didYouMean("elephants", ["changes", "quotes"])).toBe("")
  })
})
