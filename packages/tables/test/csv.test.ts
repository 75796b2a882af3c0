import { type Cell, type Column, csvHeader, csvLine, isoTime } from "@boltodds/tables"
import { describe, expect, it } from "vitest"

const column = (name: string, type: Column["type"] = "text"): Column => ({ name, type, description: "" })
const lineOf = (...cells: ReadonlyArray<Cell>): string => csvLine(cells.map(() => column("c")), cells)

describe("a line of CSV", () => {
  it("has the names of the columns as its header", () => {
    expect(csvHeader([column("seq", "whole"), column("odds", "number")])).toBe("seq,odds")
  })

  it("is quoted where it must be, and distinguishes null from an empty text", () => {
    expect(lineOf("plain", null, "", 'say "so"', "a,b", "two\r\nlines")).toBe(
      'plain,,"","say ""so""","a,b","two\r\nlines"',
    )
  })

  it("has no text that a spreadsheet takes for a formula", () => {
    expect(lineOf("=1+1", "+7", "-2", "@x", "\tx", "\rx", "a=b", " =1")).toBe(
      "'=1+1,'+7,'-2,'@x,'\tx,\"'\rx\",a=b, =1",
    )
  })

  it("leaves numbers, flags and JSON as they are", () => {
    const columns = [column("n", "number"), column("f", "flag"), column("j", "json"), column("w", "whole")]
    expect(csvLine(columns, [-110.5, true, "-110", 7])).toBe("-110.5,true,-110,7")
  })

  it("is one line where that is asked for", () => {
    const cells = ["a\r\nb\nc\rd"]
    expect(csvLine([column("c")], cells, { oneLine: true })).toBe("a b c d")
  })

  it("has times in ISO 8601, with microseconds where there are some", () => {
    expect(isoTime(1_784_177_677_438)).toBe("2026-07-16T04:54:37.438Z")
    expect(isoTime(1_784_177_677_438.001)).toBe("2026-07-16T04:54:37.438001Z")
    expect(csvLine([column("at", "time")], [1_784_177_677_438])).toBe("2026-07-16T04:54:37.438Z")
  })
})
