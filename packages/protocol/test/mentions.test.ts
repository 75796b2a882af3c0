import { type Mentions, mentionsIn, mentionsInText } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"

const game = "Home vs Away, 2026-07-16, 1e1f1b8dc2ec"
const update = {
  timestamp: "2026-07-16T04:54:37.438001+00:00",
  action: "line_update",
  data: { sport: "NBA", sportsbook: "fanduel", game, outcomes: { ML: { odds: "-110", outcome_name: "Moneyline" } } },
}
const base64 = (text: string): string => btoa(text)
const names = ({ texts }: Mentions): ReadonlyArray<boolean> => [texts.has("fanduel"), texts.has(game)]

describe("what a message speaks of", () => {
  it("is found wherever it stands: in envelopes, arrays, keys, and texts that hold JSON", () => {
    const shapes: ReadonlyArray<unknown> = [
      update,
      { type: "envelope", payload: { deep: [{ deeper: update }] } },
      { updates: [update, update] },
      { fanduel: { [game]: { ML: "-110" } } },
      { type: "x", payload: JSON.stringify(update) },
      JSON.stringify(JSON.stringify(update)),
      { type: "x", payload: base64(JSON.stringify(update)) },
      { type: "x", payload: [JSON.stringify(JSON.stringify([update]))] },
      { Sportsbook: "fanduel", Game: game },
    ]
    for (const shape of shapes) expect(names(mentionsIn(shape)), JSON.stringify(shape)).toEqual([true, true])
  })

  it("is found in text that is broken, between its quotes", () => {
    const text = JSON.stringify(update)
    for (const broken of [text.slice(0, -9), JSON.stringify(text).slice(0, -9), text.replace(":", "=")]) {
      const found = mentionsInText(broken)
      expect(names(found), broken).toEqual([true, true])
      expect(found, broken).toMatchObject({ hasNested: true, hasPrices: true, isOpaque: false })
    }
  })

  it("says what its fields called sportsbook and game name, in whatever case", () => {
    const found = mentionsIn({ type: "x", d: { SPORTSBOOK: "a", "sports_book": "b", Game: "c", game_key: "d" } })
    expect([...found.sportsbooks].sort()).toEqual(["a", "b"])
    expect([...found.games]).toEqual(["c"])
  })

  it("has prices where a field is called so or a text is a signed American price", () => {
    for (
      const value of [
        { d: { odds: null } },
        { d: { bestPrice: 1.91 } },
        { d: { lines: { a: 1 } } },
        { d: { Outcomes: { a: 1 } } },
        { d: { v: ["+150"] } },
        { d: { v: "\u2212110" } },
      ]
    ) expect(mentionsIn(value).hasPrices, JSON.stringify(value)).toBe(true)
    for (
      const value of [
        { d: { message: "maintenance at 10:00" } },
        { d: { deadline: "soon", headline: "x", line: "of text" } },
        { d: { shift: "+5", year: 2026, offset: "+00:00" } },
        { d: { outcomes: {} } },
      ]
    ) expect(mentionsIn(value).hasPrices, JSON.stringify(value)).toBe(false)
  })

  it("has something nested where an object with fields, or a list with numbers or lists, is in it", () => {
    for (const value of [{ d: { x: 1 } }, { d: [{ x: 1 }] }, { d: '{"x":1}' }, { d: [1, "x"] }, { d: [["a", "b"]] }]) {
      expect(mentionsIn(value).hasNested, JSON.stringify(value)).toBe(true)
    }
    for (const value of [{}, { x: 1, y: "z" }, { d: {} }, { d: ["x", "y"] }, "x", 7, null]) {
      expect(mentionsIn(value).hasNested, JSON.stringify(value)).toBe(false)
    }
  })

  it("knows its own kind", () => {
    expect(mentionsIn({ type: "a", action: "b" }).kind).toBe("b")
    expect(mentionsIn({ type: "a", data: { action: "b" } }).kind).toBe("a")
    expect(mentionsIn(JSON.stringify({ event: "c" })).kind).toBe("c")
    expect(mentionsIn({ data: { action: "b" } }).kind).toBe(undefined)
  })

  it("is opaque where a part is compressed, encoded too often or too large to look into", () => {
    const nested = (times: number): string => times === 0 ? JSON.stringify(update) : JSON.stringify(nested(times - 1))
    expect(mentionsIn({ d: "H4sIAAAAAAAAA6tWSkzOLsnMz1OyUkrOz0tOLMkvUtJRSkksSVSyUoKIKVnpKCXnF6UqWSnBpQG" }).isOpaque)
      .toBe(true)
    expect(mentionsIn(nested(3)).isOpaque).toBe(false)
    expect(mentionsIn(nested(9)).isOpaque).toBe(true)
    expect(mentionsIn(Array.from({ length: 200_001 }, () => "x")).isOpaque).toBe(true)
  })

  it("mentions nothing where it is too large: the names in its beginning may be the wrong ones", () => {
    const objects = `[${"{},".repeat(200_001)}{}]`
    const quoted = '"name"'.repeat(100_001)
    const tooLarge = [
      { sportsbook: "fanduel", list: Array.from({ length: 200_001 }, () => ({})) },
      { sportsbook: "fanduel", text: objects },
      { sportsbook: "fanduel", text: objects.slice(0, -1) },
      { sportsbook: "fanduel", text: JSON.stringify(objects) },
      { sportsbook: "fanduel", text: btoa(objects) },
      { sportsbook: "fanduel", texts: Array.from({ length: 3 }, () => `[${"{},".repeat(90_000)}{}]`) },
      { sportsbook: "fanduel", text: `{${quoted}` },
    ]
    for (const value of tooLarge) {
      const { isOpaque, texts, sportsbooks, games } = mentionsIn(value)
      expect({ isOpaque, names: [...texts, ...sportsbooks, ...games] }, JSON.stringify(value).slice(0, 60))
        .toEqual({ isOpaque: true, names: [] })
    }
    expect(mentionsInText(`{"sportsbook":"fanduel",${quoted}`)).toMatchObject({ isOpaque: true, texts: new Set() })
  })

  it("takes any depth, and any text", () => {
    const levels = 20_000
    let deep: unknown = { sportsbook: "fanduel" }
    for (let level = 0; level < levels; level++) deep = { d: deep }
    expect(mentionsIn(deep).sportsbooks.has("fanduel")).toBe(true)
    for (const text of ["", '"', "\\", '{"', '"a":"b', "[[[", '"\\u12"']) {
      expect(() => mentionsInText(text), text).not.toThrow()
      expect(() => mentionsIn(text), text).not.toThrow()
    }
  })
})
