import { decodeFrame, encodeEvent, excerpt, type Item, makeFrame } from "@boltodds/protocol"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const game = (outcomes: string, info = '{"id":1}', action = "line_update"): string =>
  `{"action":"${action}","data":{"sport":"NBA","sportsbook":"betmgm","game":"A","info":${info},"outcomes":${outcomes}}}`
const good = '"ok":{"odds":"-110"}'
const only = (raw: string): Item => {
  const items = decodeFrame(raw)
  expect(items).toHaveLength(1)
  return items[0]!
}
const rejectedIn = (raw: string): ReadonlyArray<readonly [string, string]> => {
  const item = only(raw)
  if (item._tag !== "Message") throw new Error(`not a message: ${JSON.stringify(item)}`)
  return item.rejected.map(({ key, reason }) => [key, reason])
}
const idOf = (raw: string, index = 0): unknown => {
  const item = decodeFrame(raw)[index]!
  return item._tag === "Message" && "info" in (item.message.data as object)
    ? (item.message.data as { info: { id?: unknown; game_id?: unknown } }).info
    : undefined
}

describe("a bare NaN or Infinity", () => {
  const tokens = ["NaN", "Infinity", "-Infinity", "nan", "-NaN", "+Infinity", "inf", "-inf", "1e999", "-1e999"]

  it("costs the outcome that holds it, and no other", () => {
    for (const token of tokens) {
      for (const wrap of [(text: string) => text, (text: string) => `[${text}]`, (text: string) => `[ ${text} ,7]`]) {
        const items = decodeFrame(wrap(game(`{"bad":{"odds":${token}},${good}}`)))
        expect(items[0], token).toMatchObject({ _tag: "Message", rejected: [{ key: "bad" }] })
      }
    }
  })

  it("costs it in any field that identifies the bet", () => {
    for (const field of ["outcome_name", "outcome_target", "outcome_over_under"]) {
      const bad = `"bad":{"odds":"-110","${field}":NaN}`
      expect(rejectedIn(game(`{${bad},${good}}`)).map(([key]) => key), field).toEqual(["bad"])
    }
  })

  it("in place of an outcome, of all outcomes, or of a name is not taken for an empty one", () => {
    expect(rejectedIn(game(`{"bad":NaN,${good}}`))).toEqual([["bad", "not the shape of an outcome"]])
    expect(only(game("NaN"))).toMatchObject({ _tag: "Quarantined", touches: { sportsbook: "betmgm", game: "A" } })
    expect(only(game(`{${good}}`).replace('"betmgm"', "NaN"))).toMatchObject({ _tag: "Quarantined" })
    expect(only(game(`{${good}}`).replace('"A"', "NaN"))).toMatchObject({
      _tag: "Quarantined",
      touches: { sportsbook: "betmgm" },
    })
  })

  it("leaves the messages around it, and strings that only look like it, as they are", () => {
    const text = game(`{"NaN, Infinity \\" NaN":{"odds":"-110","link":": NaN,"},"bad":{"odds": NaN }}`)
    const other = game(`{${good}}`)
    const items = decodeFrame(`[${other}, ${text},${other}]`)
    expect(items.map((item) => item.text)).toEqual([other, text.replace(": NaN }", ': "NaN" }'), other])
    expect(items[1]).toMatchObject({
      message: { data: { outcomes: { 'NaN, Infinity " NaN': { odds: "-110", link: ": NaN," } } } },
      rejected: [{ key: "bad", reason: "odds are not American: NaN" }],
    })
  })

  it("leaves a text for every reader: JSON", () => {
    for (const token of tokens.slice(0, 8)) {
      const { text } = only(game(`{"bad":{"odds":${token}},${good}}`))
      expect(JSON.parse(text)).toMatchObject({ data: { outcomes: { bad: { odds: token } } } })
    }
  })

  it("does not make a broken text whole", () => {
    for (
      const text of [
        game(`{"bad":{"odds":NaN}`),
        game(`{"bad":{"odds":NaN NaN}}`),
        game(`{NaN:{"odds":"-110"}}`),
        game(`{"bad":{"odds":NaNs}}`),
        game(`{"bad":{"odds":xNaN}}`),
        game(`{"bad":{"odds":undefined}}`),
        game(`{"bad":{"odds":--Infinity}}`),
        `${'{"a":'.repeat(5_000)}NaN${"}".repeat(5_000)}`,
      ]
    ) {
      for (const item of decodeFrame(text)) expect(item, text.slice(0, 200)).toMatchObject({ _tag: "Quarantined" })
    }
  })

  it("is no id", () => {
    expect(idOf(game("{}", '{"id":NaN}'))).toEqual({ id: NaN })
  })
})

describe("an id that no double holds", () => {
  it("keeps its digits", () => {
    const first = game("{}", '{"id":12345678901234567890}')
    const second = game("{}", '{"id":12345678901234567891}')
    expect([idOf(`[${first},${second}]`), idOf(`[${first},${second}]`, 1), idOf(second)]).toEqual([
      { id: "12345678901234567890" },
      { id: "12345678901234567891" },
      { id: "12345678901234567891" },
    ])
  })

  it("is found wherever it stands", () => {
    const rows: ReadonlyArray<readonly [info: string, id: unknown]> = [
      ['{"id":-12345678901234567891}', { id: "-12345678901234567891" }],
      ['{"game_id":12345678901234567891}', { game_id: "12345678901234567891" }],
      ['{"when":"x","id" : 9007199254740993 ,"link":""}', { when: "x", id: "9007199254740993", link: "" }],
      ['{"x":{"id":1},"y":["id",{"id":2}],"\\u0069d":9007199254740993}', {
        x: { id: 1 },
        y: ["id", { id: 2 }],
        id: "9007199254740993",
      }],
      ['{"id":1,"id":9007199254740993}', { id: "9007199254740993" }],
      ['{"id":9007199254740991}', { id: 9007199254740991 }],
      ['{"id":1e3}', { id: 1000 }],
      ['{"id":1.0}', { id: 1 }],
      ['{"id":1e22}', { id: "1e22" }],
      ['{"id":"12345678901234567891"}', { id: "12345678901234567891" }],
    ]
    for (const [info, id] of rows) expect(idOf(game("{}", info)), info).toEqual(id)
    const nested = `{"data":{"info":{"id":1}},"action":"line_update","data":{"info":{"id":9007199254740993},${
      game("{}").slice('{"action":"line_update","data":{'.length)
    }`
    expect(only(nested)).toMatchObject({ _tag: "Message" })
    expect(idOf(game('{"id":{"odds":NaN}}', '{"id":9007199254740993}'))).toEqual({ id: "9007199254740993" })
  })
})

describe("a lone surrogate", () => {
  const emoji = "\ud83d\ude00"

  it("becomes U+FFFD in the message and in its text", () => {
    const text = game('{"P \\ud83d Over":{"odds":"-110","outcome_target":"P \\uDE00"}}')
    const item = only(text)
    expect(item.text).toBe(text.replace("\\ud83d", "\\ufffd").replace("\\uDE00", "\\ufffd"))
    expect(item).toMatchObject({
      message: { data: { outcomes: { "P \ufffd Over": { odds: "-110", outcome_target: "P \ufffd" } } } },
    })
  })

  it("leaves pairs, and backslashes that only look like one, as they are", () => {
    const text = game(`{"${emoji} \\ud83d\\ude00 \\\\ud83d \\u00e9":{"odds":"-110"}}`)
    expect(only(text).text).toBe(text)
    expect(only(text)).toMatchObject({
      message: { data: { outcomes: { [`${emoji} ${emoji} \\ud83d é`]: { odds: "-110" } } } },
    })
    expect(only(game('{"\\ud83d\\ud83d\\ude00":{"odds":"-110"}}'))).toMatchObject({
      message: { data: { outcomes: { [`\ufffd${emoji}`]: { odds: "-110" } } } },
    })
  })

  it("that is the only difference of two outcomes makes their game unreadable", () => {
    const text = game('{"P \\ud83d":{"odds":"-110"},"P \\ud83c":{"odds":"+200"}}')
    expect(decodeFrame(`[${game(`{${good}}`)},${text}]`)).toMatchObject([
      { _tag: "Message" },
      { _tag: "Quarantined", touches: { sportsbook: "betmgm", game: "A" } },
    ])
  })

  it("never leaves the decoder, whatever a frame holds", () => {
    const piece = fc.oneof(
      fc.constantFrom("\\ud83d", "\\ude00", "\\\\", '\\"', "NaN", "a", "\ud83d", "\ude00", emoji, "\\u00e9", "7"),
      fc.string({ unit: "binary", maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
    )
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""))
    fc.assert(
      fc.property(text, text, (key, name) => {
        const raw = game(`{"${key}":{"odds":NaN,"outcome_name":"${name}"}}`)
        for (const item of decodeFrame(raw)) {
          expect(item.text.isWellFormed()).toBe(true)
          if (item._tag !== "Message") continue
          const written = JSON.stringify([item.message, JSON.parse(item.text)])
          expect(JSON.parse(written.replaceAll(/\\ud[89a-f]/gi, () => "!"))).toEqual(JSON.parse(written))
        }
      }),
      { numRuns: 500 },
    )
  })

  it("is not written into a recording either", () => {
    expect(encodeEvent(makeFrame("main", 1, 0, "x \ud83d"))).toContain('"text":"x \ufffd"')
  })

  it("is not made by cutting a text", () => {
    expect(excerpt(`ab${emoji}cd`, 3)).toBe("ab")
    expect(excerpt(`ab${emoji}cd`, 4)).toBe(`ab${emoji}`)
    expect(excerpt("abc", 3)).toBe("abc")
  })
})

describe("the reason why a text is not JSON", () => {
  it("is the same in every engine", () => {
    const rows: ReadonlyArray<readonly [string, string]> = [
      ['{"action":', "not JSON: it ends too early"],
      ['{"action":"x', "not JSON: it ends too early"],
      ["{'action':1}", "not JSON"],
      ["{]", "not JSON"],
    ]
    for (const [text, reason] of rows) expect(only(text)).toMatchObject({ _tag: "Quarantined", reason })
  })
})
