import {
  eventKey,
  type KeyedSelection,
  type Kind,
  kinds,
  makeSelectionReader,
  marketKey,
  pairKey,
  pairLine,
  parseSelectionKey,
  scopes,
  selectionKey,
} from "@boltodds/market"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { anyGame, anyLine, law } from "./laws.ts"

const text = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("|", "\\", "\\|", "a|b", "a\\", "dj moore"))
const number = fc.oneof(
  fc.integer({ min: -400, max: 400 }).map((each) => each / 4),
  fc.constantFrom(0, -0, 1e21, 1e-7),
)
const keyed: fc.Arbitrary<KeyedSelection> = fc.record({
  period: text,
  kind: fc.constantFrom<Kind>(...kinds),
  scope: fc.constantFrom(...scopes),
  participant: fc.option(text),
  stat: fc.option(text),
  line: fc.option(number),
  side: fc.oneof(fc.constantFrom("home", "away", "over", "under"), text),
})

const partsOf = (event: string, selection: KeyedSelection) => {
  const { period, kind, scope, participant, stat, side } = selection
  return { event, period, kind, scope, participant, stat, line: pairLine(selection), side }
}

describe("keys", () => {
  const spread = { period: "game", kind: "spread", scope: "game", participant: null, stat: "runs" } as const

  it("say what the bet is", () => {
    expect(marketKey("e1", { ...spread, line: -1.5, side: "home" })).toBe("e1|game|spread|game||runs")
    expect(pairKey("e1", { ...spread, line: 1.5, side: "away" })).toBe("e1|game|spread|game||runs|-1.5")
    expect(selectionKey("e1", { ...spread, line: -1.5, side: "home" })).toBe("e1|game|spread|game||runs|-1.5|home")
    expect(selectionKey("a|b", { ...spread, line: 0, side: "c\\d" })).toBe("a\\|b|game|spread|game||runs|0|c\\\\d")
  })

  it("of both sides of a spread are one pair, and those of crossed lines are two", () => {
    const pair = (line: number, side: string) => pairKey("e1", { ...spread, line, side })
    expect(pair(-1.5, "home")).toBe(pair(1.5, "away"))
    expect(pair(1.5, "home")).toBe(pair(-1.5, "away"))
    expect(pair(-1.5, "home")).not.toBe(pair(1.5, "home"))
    expect(pair(0, "home")).toBe(pair(-0, "away"))
  })

  it("of events are the id across sportsbooks, else the game's own key within its sport", () => {
    expect(eventKey({ universal_game_id: "0a1b2c3d4e5f", sport: "MLB", game: "A vs B, 2026-07-16, 02" })).toBe(
      "0a1b2c3d4e5f",
    )
    expect(eventKey({ universal_game_id: null, sport: "MLB", game: "A vs B, 2026-07-16, 02" })).toBe(
      "MLB/A vs B, 2026-07-16, 02",
    )
    expect(eventKey({ universal_game_id: "", sport: "MLB", game: "A" })).toBe("MLB/A")
    const [first, second] = [{ sport: "A/B", game: "C" }, { sport: "A", game: "B/C" }].map((game) =>
      eventKey({ universal_game_id: null, ...game })
    )
    expect([first, second]).toEqual(["A\\/B/C", "A/B/C"])
  })

  it("come back as they were, whatever the texts", () => {
    law(fc.tuple(fc.oneof(text, fc.constant("")), keyed), ([event, selection]) => {
      expect(parseSelectionKey(selectionKey(event, selection))).toEqual(partsOf(event, selection))
    })
  })

  it("differ where the bets do", () => {
    law(fc.tuple(text, keyed, text, keyed), ([firstEvent, first, secondEvent, second]) => {
      const same = JSON.stringify(partsOf(firstEvent, first)) === JSON.stringify(partsOf(secondEvent, second))
      expect(selectionKey(firstEvent, first) === selectionKey(secondEvent, second)).toBe(same)
    })
    // Small alphabets, so that near misses are frequent.
    const small = fc.record({
      period: fc.constantFrom("|", "a", "\\"),
      kind: fc.constantFrom<Kind>("spread", "total"),
      scope: fc.constantFrom(...scopes),
      participant: fc.constantFrom(null, "|", "a"),
      stat: fc.constantFrom(null, "|", "\\"),
      line: fc.constantFrom(null, 1, -1, 0),
      side: fc.constantFrom("home", "away", "|"),
    })
    law(fc.tuple(small, small), ([first, second]) => {
      const same = JSON.stringify(partsOf("e", first)) === JSON.stringify(partsOf("e", second))
      expect(selectionKey("e", first) === selectionKey("e", second)).toBe(same)
    })
  })

  it("of what a reader reads come back, and begin with the pair's and the market's", () => {
    const reader = makeSelectionReader()
    law(fc.tuple(anyLine, anyGame), ([line, game]) => {
      const reading = reader.read(line, game)
      if (reading._tag === "Unknown") return
      const key = selectionKey("e", reading.selection)
      expect(parseSelectionKey(key)).toEqual(partsOf("e", reading.selection))
      expect(key.startsWith(`${pairKey("e", reading.selection)}|`)).toBe(true)
      expect(pairKey("e", reading.selection).startsWith(`${marketKey("e", reading.selection)}|`)).toBe(true)
    })
  })

  it("are refused where a text is not one", () => {
    const bad = [
      "",
      "a|b",
      "e|game|spread|game||runs|1.50|home",
      "e|game|spread|game||runs|x|home",
      "e|game|spred|game||runs|1|home",
    ]
    for (
      const key of [
        ...bad,
        "e|game|spread|pitch||runs|1|home",
        "e|game|spread|game||runs|1|ho\\me",
        "e|game|spread|game||runs|1|home\\",
      ]
    ) {
      expect(parseSelectionKey(key)).toBeUndefined()
    }
    law(fc.string({ unit: "binary" }), (key) => {
      const parts = parseSelectionKey(key)
      expect(parts === undefined || parts.kind.length > 0).toBe(true)
    })
  })
})
