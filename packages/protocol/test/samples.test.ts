/** Real captured data, where it lies beside the project. */
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import {
  decodeFrame,
  decodeInfo,
  deriveLine,
  type Item,
  parseGameKey,
  parseLine,
  parseOdds,
  parseSide,
  parseStartsAt,
} from "../src/index.ts"

const folder = new URL("../../../../shared/samples/", import.meta.url)
const present = existsSync(folder)
const read = (name: string): Buffer => readFileSync(new URL(name, folder))
const lines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")

interface QuirkRow {
  readonly market: string
  readonly starts_at: string
  readonly selection: string
  readonly target: string
  readonly side: string
  readonly line: string | number
  readonly odds: string
}

describe.skipIf(!present)("real data (skipped where the samples are not beside the project)", () => {
  const sound = (items: ReadonlyArray<Item>): void => {
    expect(items.length).toBeGreaterThan(0)
    for (const item of items) {
      if (item._tag !== "Message") throw new Error(`${item._tag}: ${item.text.slice(0, 200)}`)
      expect(item.rejected).toEqual([])
      const { message } = item
      if (message.action !== "line_update" && message.action !== "initial_state" && message.action !== "game_update") {
        expect(["game_removed", "ping"]).toContain(message.action)
        continue
      }
      const { game, info } = message.data
      expect(parseGameKey(game).suffix).not.toBe(null)
      expect(parseStartsAt(info?.["when"])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/)
    }
  }

  it("every line of the capture is a message, each outcome readable", () => {
    const captured = lines(read("capture-2025-09-08.ndjson").toString())
    expect(captured.length).toBe(7)
    for (const line of captured) sound(decodeFrame(line))
    sound(decodeFrame(`[${captured.join(",")}]`))
  })

  it("every frame of the trace too, as text and as bytes", () => {
    const trace = lines(gunzipSync(read("mlb-2026-07-16.trace.ndjson.gz")).toString())
    expect(trace.length).toBe(425)
    let messages = 0
    for (const line of trace) {
      const text = JSON.stringify((JSON.parse(line) as { readonly frame: unknown }).frame)
      const items = decodeFrame(text)
      sound(items)
      messages += items.length
      expect(decodeFrame(Buffer.from(text)).map((item) => item.text)).toEqual(items.map((item) => item.text))
    }
    expect(messages).toBeGreaterThanOrEqual(3540)
  })

  it("every row of the quirks reads: price, line, side and starting time", () => {
    const quirks = JSON.parse(read("quirks-2026-07.json").toString()) as Record<string, ReadonlyArray<QuirkRow>>
    let rows = 0
    for (const [quirk, list] of Object.entries(quirks)) {
      for (const row of list) {
        rows++
        expect(parseOdds(row.odds)).toEqual({ _tag: "Priced", odds: Number(row.odds) })
        expect(parseStartsAt(row.starts_at)).not.toBe(null)
        expect(parseSide(row.side)).toBe(row.side === "O" ? "over" : row.side === "U" ? "under" : null)
        const wanted = row.line === "" ? null : Number(String(row.line).replace(",", "."))
        expect(parseLine(row.line)).toBe(wanted)
        const teams = row.selection.split(/ [OU] /).slice(0, 1)
        const derived = deriveLine(row.selection, row.market, row.target, teams)
        if (quirk === "spread_line_missing_in_field_but_in_key_caesars") expect(Math.abs(derived!)).toBe(1.5)
        // Where both say it, the key never says another number than the field.
        else if (wanted !== null && derived !== null) expect(derived).toBe(wanted)
        else if (row.market === "Moneyline") expect(derived).toBe(null)
      }
    }
    expect(rows).toBeGreaterThan(60)
  })

  it("the whole get_info answer", () => {
    const info = Result.getOrThrow(decodeInfo(JSON.parse(read("get_info-2025-09-07.json").toString())))
    expect([info.sports.length, info.sportsbooks.length]).toEqual([124, 22])
  })
})
