/** `clv` at work. */
import { parseSelectionKey } from "@boltodds/market"
import { type DevigMethod, type OddsFormat } from "@boltodds/odds"
import { decompressed, RecordedLines } from "@boltodds/parts/recording"
import { type BetClv, type Closing, closingKinds, ClosingTable } from "@boltodds/signals"
import { visible } from "@boltodds/text"
import { namesOf } from "../../commandLine/signalFlags.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import { writeError, writeJson, writeOut } from "../../terminal/Terminal.ts"
import { type ReadBet, readBets } from "./readBets.ts"

/** Lines that cannot be read and are named one by one. */
const mostProblems = 20

/** Compares bets with closing prices. */
export const runClv = async (given: ParsedFlags): Promise<ExitCode> => {
  const [betsFile, closingsFile] = given.words
  if (betsFile === undefined || closingsFile === undefined) {
    throw new UsageError("Cannot compare without two files: write boltodds-pipe clv BETS CLOSINGS")
  }
  const format = (given.text("format") ?? "american") as OddsFormat
  const method = given.text("method") as DevigMethod | undefined
  const reference = namesOf(given, "reference")
  const minSportsbooks = given.number("min-sportsbooks", { least: 1 })
  const table = new ClosingTable({
    ...method === undefined ? {} : { method },
    ...reference.length === 0 ? {} : { reference },
    ...minSportsbooks === undefined ? {} : { minSportsbooks },
  })
  const { bets, problems } = readBets(await textOf(betsFile), format)
  await readClosings(closingsFile, table)
  const compared = bets.map((bet) => ({ bet, clv: table.compare(bet) }))
  if (process.stdout.isTTY === true && !given.isSet("json")) await writeOut(tableOf(compared))
  else for (const { bet, clv } of compared) await writeJson({ line: bet.line, bet: bet.columns, ...clv })
  for (const { line, problem } of problems.slice(0, mostProblems)) {
    writeError(`Cannot read line ${line} of ${visible(betsFile)}: ${problem}\n`)
  }
  if (problems.length > mostProblems) writeError(`… and ${problems.length - mostProblems} more lines\n`)
  writeError(`${summaryOf(compared.map(({ clv }) => clv))}\n`)
  return problems.length === 0 ? ExitCode.clean : ExitCode.badInput
}

const textOf = async (file: string): Promise<string> => {
  const chunks: Array<Buffer> = []
  try {
    for await (const chunk of decompressed(file)) chunks.push(chunk as Buffer)
  } catch (cause) {
    throw new Failure(ExitCode.badInput, `Cannot read ${file}: ${errorMessage(cause)}`, { cause })
  }
  return Buffer.concat(chunks).toString("utf8")
}

const readClosings = async (file: string, table: ClosingTable): Promise<void> => {
  const lines = new RecordedLines([file])
  let count = 0
  try {
    for await (const line of lines) {
      count++
      if (line.trim() === "") continue
      const record: unknown = JSON.parse(line)
      if (isClosing(record)) table.take(record)
      else if (typeof record !== "object" || record === null || !("control" in record)) {
        throw new Error("it is no record of --emit closing")
      }
    }
  } catch (cause) {
    throw new Failure(ExitCode.badInput, `Cannot read ${lines.placeOf(Math.max(1, count))}: ${errorMessage(cause)}`, {
      cause,
    })
  }
  if (table.size === 0) {
    throw new Failure(ExitCode.badInput, `There is no closing price in ${file}: write it with --emit closing`)
  }
}

const isClosing = (record: unknown): record is Closing => {
  if (typeof record !== "object" || record === null) return false
  const { closing, key, sportsbook, decimal, odds, outcomes, winners, warnings } = record as Record<string, unknown>
  const isNumber = (value: unknown): boolean => value === null || (typeof value === "number" && Number.isFinite(value))
  return closingKinds.some((kind) => kind === closing) && typeof key === "string" &&
    parseSelectionKey(key) !== undefined && typeof sportsbook === "string" && Array.isArray(warnings) &&
    [decimal, odds, outcomes, winners].every(isNumber)
}

interface Compared {
  readonly bet: ReadBet
  readonly clv: BetClv
}

const tableOf = (all: ReadonlyArray<Compared>): string => {
  const head = ["bet", "at", "odds", "close", "price", "fair", "line", ""]
  const rows = all.map(({ bet, clv }) => [
    betWords(bet.key),
    visible(bet.sportsbook ?? clv.close_sportsbook ?? "").slice(0, 14),
    visible(String(bet.columns["odds"])),
    clv.close === null ? "–" : signed(clv.close),
    percent(clv.price_clv),
    percent(clv.fair_clv),
    clv.line_clv === null || clv.line_clv === 0 ? "" : signed(clv.line_clv),
    clv.reason ?? "",
  ])
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  return [head, ...rows].map((row) =>
    row.map((cell, column) =>
      column < 2 || column === 7 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    )
      .join("  ").trimEnd()
  ).join("\n") + "\n"
}

/** A key in few words: the event has an id that nobody knows by heart. */
const betWords = (key: string): string => {
  const { kind, period, participant, stat, line, side } = parseSelectionKey(key)!
  const isAway = (kind === "spread" || kind === "spread_3way") && side === "away"
  const shown = line === null ? undefined : kind === "total" ? String(line) : signed(isAway ? 0 - line : line)
  const words = [
    participant,
    period === "game" ? null : period,
    kind === "total" && participant !== null ? stat : kind,
    side,
    shown,
  ]
  const text = visible(words.filter((word) => word !== null && word !== undefined).join(" "))
  return text.length <= 26 ? text : `${text.slice(0, 25)}…`
}

const signed = (value: number): string => value > 0 ? `+${value}` : String(value)

const percent = (share: number | null): string =>
  share === null ? "–" : `${share > 0 ? "+" : ""}${(share * 100).toFixed(1)} %`

const summaryOf = (all: ReadonlyArray<BetClv>): string => {
  const mean = (of: (each: BetClv) => number | null): string => {
    const values = all.flatMap((each) => of(each) ?? [])
    return values.length === 0
      ? "unknown"
      : `${percent(values.reduce((sum, each) => sum + each, 0) / values.length)} of ${values.length}`
  }
  const compared = all.filter(({ clv }) => clv === "compared").length
  return `${all.length} bets, ${compared} compared; mean by price ${
    mean((each) => each.price_clv)
  }, by fair probability ${mean((each) => each.fair_clv)}`
}
