import { parseStartsAt, parseTimestamp } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"

const at = Date.UTC(2026, 10, 29, 16, 30)

describe("a message's timestamp is read the same on every machine", () => {
  const rows: ReadonlyArray<readonly [unknown, number | null]> = [
    ["2026-11-29T16:30:00.000001+00:00", at + 0.001],
    ["2026-11-29T16:30:00.438001+00:00", at + 438.001],
    ["2026-11-29T16:30:00.000001", at + 0.001],
    ["2026-11-29T16:30:00", at],
    ["2026-11-29 16:30:00", at],
    ["2026-11-29 16:30:00.000000", at],
    ["2026-11-29T16:30", at],
    ["2026-11-29T16:30:00Z", at],
    ["2026-11-29t16:30:00z", at],
    ["2026-11-29T16:30:00 UTC", at],
    ["2026-11-29T16:30:00+0000", at],
    ["2026-11-29T16:30:00+00", at],
    ["2026-11-29T16:30:00 +00:00", at],
    ["2026-11-29T16:30:00-00:00", at],
    ["2026-11-29T11:30:00-05:00", at],
    ["2026-11-29T11:30:00\u221205:00", at],
    ["2026-11-29T11:30:00-0500", at],
    ["2026-11-29T22:00:00+05:30", at],
    ["2026-11-29T11:30:00 ET", at],
    ["2026-11-29T11:30:00 EST", at],
    ["2026-11-29T16:30:00.123456789Z", at + 123.456789],
    ["2026-11-29T16:30:00,5Z", at + 500],
    ["  2026-11-29T16:30:00Z\n", at],
    ["2026-11-29T16:29:60Z", at],
    ["2026-12-31T23:59:60+00:00", Date.UTC(2027, 0, 1)],
    [at / 1000, at],
    [at / 1000 + 0.5, at + 500],
    [at, at],
    [at * 1000, at],
    [at * 1e6, at],
    [String(at / 1000), at],
    [`${at / 1000}.25`, at + 250],
    [String(at), at],
    [`${at}000000`, at],
    ["2026-11-29T12:30:00 EDT", null],
    ["2026-11-29T16:30:00 PST", null],
    ["2026-11-29T16:30:00+15:00", null],
    ["2026-11-29T16:30:00+05:75", null],
    ["2026-11-29T24:00:00Z", null],
    ["2026-11-29T16:60:00Z", null],
    ["2026-11-29T16:30:61Z", null],
    ["2026-11-31T16:30:00Z", null],
    ["2026-13-01T16:30:00Z", null],
    ["2026-02-29T16:30:00.000000+00:00", null],
    ["2026-11-29T99:30:00.000000+00:00", null],
    ["2026-11-29T16:30:00.0000x0+00:00", null],
    ["2026-11-2916:30:00", null],
    ["2026-11-29", null],
    ["0001-01-01T00:00:00+00:00", null],
    ["1999-12-31T23:59:59Z", null],
    ["9999-12-31T23:59:59Z", null],
    ["+002026-11-29T16:30:00Z", null],
    ["29/11/2026 16:30", null],
    ["Sun, 29 Nov 2026 16:30:00 GMT", null],
    ["yesterday", null],
    ["", null],
    [null, null],
    [undefined, null],
    [0, null],
    [-1, null],
    [NaN, null],
    [Infinity, null],
    [true, null],
    [{}, null],
    [["2026-11-29T16:30:00Z"], null],
    ["9".repeat(100_000), null],
  ]
  for (const [raw, millis] of rows) {
    it(`${JSON.stringify(raw)?.slice(0, 60)} is ${millis}`, () => expect(parseTimestamp(raw)).toBe(millis))
  }

  it("agrees with the engine on every time with a zone", () => {
    for (let minute = 0; minute < 400_000; minute += 997) {
      const text = new Date(Date.UTC(2026, 0, 1) + minute * 60_000 + minute).toISOString()
      expect(parseTimestamp(text)).toBe(Date.parse(text))
      expect(parseTimestamp(text.replace("Z", "000+00:00"))).toBe(Date.parse(text))
    }
  })
})

describe("a start without a zone is US Eastern, one with a zone is of that zone", () => {
  const start = "2026-11-30T00:00:00.000Z"
  const rows: ReadonlyArray<readonly [unknown, string | null]> = [
    ["2026-11-29, 07:00 PM", start],
    ["2026-11-29 07:00 PM", start],
    ["2026-11-29, 7:00 PM", start],
    ["2026-11-29,07:00 PM", start],
    ["2026-11-29, 07:00 p.m.", start],
    ["2026-11-29, 07:00 pm", start],
    ["2026-11-29, 07:00PM", start],
    ["2026-11-29, 07:00\u202fPM", start],
    ["  2026-11-29,  07:00 PM  ", start],
    ["2026-11-29, 07:00:00 PM", start],
    ["2026-11-29, 07:00 PM ET", start],
    ["2026-11-29, 07:00 PM EST", start],
    ["2026-11-29, 19:00", start],
    ["2026-11-29 19:00:00", start],
    ["2026-11-29T19:00:00", start],
    ["2026-11-29T19:00:00-05:00", start],
    ["2026-11-29T16:00:00-0800", start],
    ["2026-11-30T00:00:00Z", start],
    ["2026-11-30 00:00 UTC", start],
    ["2026\u201311\u201329, 07:00 PM", start],
    ["\uFF12\uFF10\uFF12\uFF16-11-29, 07:00 PM", start],
    [1796083200, "2026-12-01T00:00:00.000Z"],
    [1796083200000, "2026-12-01T00:00:00.000Z"],
    ["1796083200000", "2026-12-01T00:00:00.000Z"],
    ["2026-07-16, 07:00 PM EDT", "2026-07-16T23:00:00.000Z"],
    ["2026-07-16, 07:00 PM EST", null],
    ["2026-11-29, 07:00 PM PT", null],
    ["2026-11-29", null],
    ["2026-11-29, TBD", null],
    ["TBD", null],
    ["11/29/2026, 07:00 PM", null],
    ["Nov 29, 2026, 07:00 PM", null],
    ["2026-11-29, 00:30 AM", null],
    ["2027-02-29, 12:00 PM", null],
    ["0001-01-01T00:00:00Z", null],
    ["9999-12-31T23:59:59Z", null],
    [0, null],
    [20261129, null],
    [true, null],
    [{}, null],
  ]
  for (const [raw, at] of rows) {
    it(`${JSON.stringify(raw)} is ${at}`, () => expect(parseStartsAt(raw)).toBe(at))
  }
})
