/** Bets in a file: CSV with a header, or JSON lines. */
import { parseSelectionKey } from "@boltodds/market"
import { type OddsFormat, parseOddsText } from "@boltodds/odds"
import type { Bet } from "@boltodds/signals"
import { expectedButGot, nearestNames } from "@boltodds/text"
import { expectedPrices } from "../devig/run.ts"
import { rowsOf } from "./csv.ts"

/** A bet, and the columns that it came with. */
export interface ReadBet extends Bet {
  readonly line: number
  readonly columns: Readonly<Record<string, unknown>>
}

/** What was read, and what could not be, by line. */
export interface ReadBets {
  readonly bets: ReadonlyArray<ReadBet>
  readonly problems: ReadonlyArray<{ readonly line: number; readonly problem: string }>
}

type Columns = Readonly<Record<string, unknown>>

/** Reads the text of a file of bets. */
export const readBets = (text: string, format: OddsFormat): ReadBets => {
  const bets: Array<ReadBet> = []
  const problems: Array<{ readonly line: number; readonly problem: string }> = []
  for (const { line, columns } of /^\s*\{/.test(text) ? jsonLines(text) : csvLines(text)) {
    const read = typeof columns === "string" ? columns : betOf(columns, format)
    if (typeof read === "string") problems.push({ line, problem: read })
    else bets.push({ line, columns: columns as Columns, ...read })
  }
  return { bets, problems }
}

interface Line {
  readonly line: number
  /** What is wrong with it, where that is a text. */
  readonly columns: Columns | string
}

const jsonLines = (text: string): ReadonlyArray<Line> =>
  text.split("\n").flatMap((each, index): ReadonlyArray<Line> => {
    if (each.trim() === "") return []
    const line = index + 1
    try {
      const value: unknown = JSON.parse(each)
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return [{ line, columns: value as Columns }]
      }
      return [{ line, columns: "expected a JSON object" }]
    } catch (cause) {
      return [{ line, columns: `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})` }]
    }
  })

const needed = ["key", "odds"]

const csvLines = (text: string): ReadonlyArray<Line> => {
  const [head, ...rows] = rowsOf(text)
  if (head === undefined) return []
  const names = head.cells.map((name) => name.trim().toLowerCase())
  const missing = needed.filter((name) => !names.includes(name))
  const twice = names.find((name, index) => name !== "" && names.indexOf(name) !== index)
  if (missing.length > 0 || twice !== undefined) {
    const [near] = missing.flatMap((name) => nearestNames(name, names))
    const hint = near === undefined ? "" : ` Is it ${JSON.stringify(near)}?`
    return [{
      line: head.line,
      columns: twice === undefined
        ? `expected a header with the columns key and odds; ${missing.join(" and ")} is missing.${hint}`
        : `the column ${twice} is there twice`,
    }]
  }
  return rows.map(({ line, cells }) => ({
    line,
    columns: cells.length > names.length
      ? `it has ${cells.length} columns, and the header has ${names.length}: put a text with a comma in quotes`
      : Object.fromEntries(names.map((name, index) => [name, (cells[index] ?? "").trim()])),
  }))
}

const betOf = (columns: Columns, format: OddsFormat): Bet | string => {
  const { key, odds, sportsbook, line } = columns
  if (typeof key !== "string" || key === "") return "key is missing: write the key of a record of best or closing"
  const parts = parseSelectionKey(key)
  if (parts === undefined) {
    return `key: ${expectedButGot("that of a selection, such as 1e1f1b8dc2ec|game|total|game||runs|8.5|over", key)}`
  }
  const text = typeof odds === "number" ? String(odds) : odds
  if (typeof text !== "string" || text.trim() === "") return "odds are missing"
  const decimal = parseOddsText(text, format)
  if (decimal === undefined) return `odds: ${expectedButGot(expectedPrices[format], text)}`
  if (line !== undefined && line !== null && line !== "") {
    const said = typeof line === "number" ? line : Number(line)
    const isAway = (parts.kind === "spread" || parts.kind === "spread_3way") && parts.side === "away"
    const meant = parts.line === null ? null : isAway ? 0 - parts.line : parts.line
    if (!Number.isFinite(said)) return `line: ${expectedButGot("a number", String(line))}`
    if (said !== meant) return `line: the key means ${meant ?? "no line"}, and the line is ${said}`
  }
  if (sportsbook !== undefined && sportsbook !== null && typeof sportsbook !== "string") {
    return `sportsbook: ${expectedButGot("a name", JSON.stringify(sportsbook))}`
  }
  return {
    key,
    decimal,
    ...typeof sportsbook === "string" && sportsbook.trim() !== "" ? { sportsbook: sportsbook.trim() } : {},
  }
}
