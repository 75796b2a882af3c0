import { describe, expect, it } from "vitest"
import { decodeFrame, parseGameKey, parseLine, parseOdds, parseStartsAt } from "../src/index.ts"
import { message, outcome } from "./messages.ts"

describe("keys that mean something to JavaScript", () => {
  it("`__proto__` as an outcome's key is an outcome like any other", () => {
    const frame = JSON.stringify(message("line_update")).replace("Springfield Comets -1.5 Spread", "__proto__")
    const [item] = decodeFrame(frame)
    if (item?._tag !== "Message" || item.message.action !== "line_update") throw new Error("not a line update")
    expect(Object.keys(item.message.data.outcomes)).toEqual(["__proto__"])
    expect(item.rejected).toEqual([])
    const bad = decodeFrame(frame.replace('"-110"', '"bad"'))[0]
    expect(bad?._tag === "Message" && bad.rejected.map(({ key }) => key)).toEqual(["__proto__"])
  })

  it("`__proto__` as a field gives no field to anything", () => {
    const hidden = '{"__proto__":{"action":"line_update","data":{"sportsbook":"x","game":"y"}}}'
    expect(decodeFrame(hidden)).toMatchObject([{ _tag: "Quarantined", reason: "no action" }])
    const inData = JSON.stringify(message("line_update")).replace('"game":', '"__proto__":')
    expect(decodeFrame(inData)).toMatchObject([{ _tag: "Quarantined" }])
    const inOutcome = `{"__proto__":{"odds":"-110"}}`
    const frame = JSON.stringify(message("line_update", { outcomes: {} })).replace(
      '"outcomes":{}',
      `"outcomes":{"a":${inOutcome}}`,
    )
    const [item] = decodeFrame(frame)
    expect(item?._tag === "Message" && item.rejected).toMatchObject([{ key: "a" }])
    expect(({} as Record<string, unknown>)["action"]).toBe(undefined)
    const bareError = decodeFrame('{"error":"x","__proto__":{"message":"y"}}')[0]
    expect(bareError?._tag === "Message" && bareError.message.action === "error" && bareError.message.message).toBe("x")
  })

  it("`constructor` and friends are outcomes and names like any other", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      const [item] = decodeFrame(
        JSON.stringify(message("line_update", { game: name, outcomes: { [name]: outcome() } })),
      )
      expect(item).toMatchObject({ _tag: "Message", rejected: [] })
    }
  })
})

describe("depth", () => {
  const levels = 5_000
  const deepArray = "[".repeat(levels) + "]".repeat(levels)
  const deepObject = '{"a":'.repeat(levels) + "1" + "}".repeat(levels)

  it("5,000 levels are read wherever they stand", () => {
    for (const deep of [deepArray, deepObject]) {
      expect(decodeFrame(`{"action":"x","data":${deep}}`)).toMatchObject([{ _tag: "Unknown", action: "x" }])
      const text = JSON.stringify(message("line_update", { outcomes: { a: 0, b: outcome({ x: 0 }) } }))
      const [item] = decodeFrame(text.replace('"a":0', `"a":${deep}`).replace('"x":0', `"x":${deep}`))
      expect(item?._tag === "Message" && item.rejected.map(({ key }) => key)).toEqual(["a"])
    }
    expect(decodeFrame(deepArray)).toEqual([])
    expect(decodeFrame("[".repeat(levels) + '{"action":"ping"}' + "]".repeat(levels))).toMatchObject([{
      _tag: "Message",
    }])
    expect(decodeFrame(deepObject)).toMatchObject([{ _tag: "Quarantined" }])
  })

  it("a long message that nests without end is not parsed", () => {
    const [item] = decodeFrame(`{"action":"line_update","data":${'{"a":'.repeat(400_000)}`)
    expect(item).toMatchObject({
      _tag: "Quarantined",
      reason: "limited: a message of more than 400000 values",
      touches: {},
      limit: { name: "message_values", bound: 400_000 },
    })
  })
})

describe("numbers and bytes", () => {
  it("1e999 is no price and no line", () => {
    const text = JSON.stringify(message("line_update", { outcomes: { a: outcome({ odds: 0, outcome_line: 1 }) } }))
    const [item] = decodeFrame(
      text.replace('"odds":0', '"odds":1e999').replace('"outcome_line":1', '"outcome_line":-1e999'),
    )
    expect(item?._tag === "Message" && item.rejected).toMatchObject([{
      key: "a",
      reason: "odds are not American: Infinity; outcome_line cannot be read: -Infinity",
    }])
    expect(parseLine(-Infinity)).toBe(null)
  })

  it("bytes that are not UTF-8 never throw", () => {
    for (
      const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x7b, 0xff, 0x7d], [0xff, 0xfe, 0x7b, 0]]
    ) {
      for (const item of decodeFrame(Uint8Array.from(bytes))) expect(item._tag).toBe("Quarantined")
    }
  })
})

describe("size", () => {
  // Quadratic time would be hours here: these tests would not end.
  const megabytes4 = 4_000_000
  const megabytes100 = 100_000_000

  for (
    const unit of ["[", "]", '"', "\\", '{"a":', '"\\', "{},", "1,", "[{},", " ", '"sportsbook":"', '{"action":"x"},']
  ) {
    it(`4 MB of ${JSON.stringify(unit)} end`, () => {
      const repeated = unit.repeat(megabytes4 / unit.length)
      for (const text of [repeated, "[" + repeated]) {
        // Through a buffer, so that it is one flat string as a frame is.
        const frame = Buffer.from(text, "latin1").toString("latin1")
        expect(decodeFrame(frame).length).toBeLessThanOrEqual(1_000_002)
      }
    })
  }

  it("8 MB of base64 or hexadecimal digits are named", () => {
    const named = (text: string) => decodeFrame(text)[0]
    for (const frame of [(text: string) => text, (text: string) => JSON.stringify({ action: "x", data: text })]) {
      expect(() => decodeFrame(frame("A".repeat(8_000_000)))).not.toThrow()
    }
    expect(named("A".repeat(8_000_000))).toMatchObject({ reason: "hexadecimal digits of data that is no text" })
    expect(named("Zz/+".repeat(2_000_000))).toMatchObject({ reason: "base64 of data that is no text" })
    expect(named(btoa('{"a":1}'.repeat(800_000)))).toMatchObject({ reason: "base64 of JSON" })
  })

  it("a message of more than 50,000 bare numbers is not read", () => {
    const numbers = (count: number) => `{"action":"x","data":[${Array.from({ length: count }, () => "NaN").join(",")}]}`
    expect(decodeFrame(numbers(50_000))).toMatchObject([{ _tag: "Unknown" }])
    expect(decodeFrame(numbers(50_001))).toMatchObject([{ _tag: "Quarantined", reason: "not JSON" }])
  })

  it("a frame of 100 MB of good messages is read", () => {
    const one = JSON.stringify(message("line_update"))
    const count = Math.ceil(megabytes100 / one.length)
    const frame = Buffer.from(`[${Array.from({ length: count }, () => one).join(",")}]`)
    expect(frame.length).toBeGreaterThan(megabytes100)
    const items = decodeFrame(frame)
    expect(items.length).toBe(count)
    expect(items.every((item) => item._tag === "Message")).toBe(true)
  })

  it("long values of single fields are read in one pass", () => {
    const blanks = " ".repeat(1_000_000)
    const versus = "a vs b, ".repeat(100_000)
    expect(parseOdds(`${blanks}x`)._tag).toBe("Unreadable")
    expect(parseLine(`${blanks}x`)).toBeNull()
    expect(parseStartsAt(`2026-07-16,${blanks}x`)).toBeNull()
    // A hundred times: what grows with the square of the length would take minutes.
    for (let time = 0; time < 100; time++) expect(parseGameKey(versus)).toBeDefined()
  })
})
