import {
  comparableName,
  decodeFrame,
  isSent,
  parseLine,
  parseOdds,
  parseSide,
  parseStartsAt,
  parseTimestamp,
} from "@boltodds/protocol"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const document = readFileSync(new URL("../../../docs/values.md", import.meta.url), "utf8")

/** What a table calls the result of reading a value. */
type Read = (sent: unknown, text: string) => string

const orWhy = (sent: unknown, value: unknown): string =>
  value !== null ? String(value) : isSent(sent) ? "unreadable" : "not sent"

const isoOf = (millis: number | null): string | null => millis === null ? null : new Date(millis).toISOString()

const idOf: Read = (_, text) => {
  const [item] = decodeFrame(
    `{"action":"line_update","data":{"sport":"X","sportsbook":"b","game":"g","info":{"id":${text}},"outcomes":{}}}`,
  )
  const info = item?._tag === "Message"
    ? (item.message as unknown as { data: { info: { id: unknown } } }).data.info
    : undefined
  return Number.isNaN(info?.id) ? "not sent" : String(info?.id)
}

const tables: Readonly<Record<string, Read>> = {
  "Price: `odds`": (sent) => {
    const odds = parseOdds(sent)
    return odds._tag === "Priced" ? String(odds.odds) : odds._tag.toLowerCase()
  },
  "Line: `outcome_line`": (sent) => orWhy(sent, parseLine(sent)),
  "Side: `outcome_over_under`": (sent) => orWhy(sent, parseSide(sent)),
  "Start: `info.when`": (sent) => orWhy(sent, parseStartsAt(sent)),
  "Server time: `timestamp`": (sent) => orWhy(sent, isoOf(parseTimestamp(sent))),
  "Names: `outcome_name`, `outcome_target`, teams, sportsbooks, sports": (sent) => comparableName(String(sent)),
  "Ids: `info.id`, `info.game_id`": idOf,
}

const rowsOf = (section: string): ReadonlyArray<readonly [sent: string, read: string]> =>
  [...section.matchAll(/^\| `([^`]+)` +\| `?([^|`]*?)`? +\|/gm)].map(([, sent, read]) => [sent!, read!.trim()])

describe("docs/values.md says how each field is read", () => {
  const sections = document.split(/^## /m).slice(1).map((text) => [text.slice(0, text.indexOf("\n")), text] as const)

  for (const [title, read] of Object.entries(tables)) {
    const section = sections.find(([name]) => name === title)?.[1] ?? ""
    const rows = rowsOf(section)
    it(`has a row for every line of the table of ${title}`, () => {
      const lines = section.split("\n").filter((line) => line.startsWith("|")).length
      expect(rows.length).toBe(lines - 2)
      expect(rows.length).toBeGreaterThan(4)
    })
    for (const [sent, wanted] of rows) {
      it(`${title}: ${sent} is ${wanted}`, () => {
        expect(read(sent === "NaN" ? NaN : JSON.parse(sent), sent)).toBe(wanted)
      })
    }
  }

  it("has no table that this test does not know, but for the repairs, which have tests of their own", () => {
    expect(sections.map(([name]) => name)).toEqual([...Object.keys(tables), "What is repaired in the text"])
  })
})
