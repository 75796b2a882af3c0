/** `devig` at work. */
import {
  booksum,
  devig,
  type DevigMethod,
  devigMethods,
  formatAmerican,
  hold,
  impliedToAmerican,
  type NotApplicable,
  type OddsFormat,
  parseOddsText,
  roundAmerican,
} from "@boltodds/odds"
import { expectedButGot } from "@boltodds/text"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import { writeJson, writeOut } from "../../terminal/Terminal.ts"

/** Prints what prices are worth without their margin. */
export const runDevig = async (given: ParsedFlags): Promise<ExitCode> => {
  const { words } = given
  const format = (given.text("format") ?? "american") as OddsFormat
  if (words.length < 2) {
    throw new UsageError("Cannot take out a margin: write the prices of all sides, as in boltodds-pipe devig -110 -110")
  }
  const implied = words.map((word) => {
    const decimal = parseOddsText(word, format)
    if (decimal === undefined) {
      throw new UsageError(`Cannot read a price: ${expectedButGot(expectedPrices[format], word)}`)
    }
    return 1 / decimal
  })
  const winners = given.number("winners", { least: 1, most: words.length - 1 }) ?? 1
  const method = given.text("method") as DevigMethod | undefined
  const methods = method === undefined ? devigMethods : [method]
  const results = methods.map((each) => [each, devig(implied, each, { winners })] as const)
  if (given.isSet("json")) {
    for (const [each, result] of results) {
      await writeJson(
        result._tag === "Fair"
          ? {
            method: each,
            p: result.p,
            american: result.p.map((p) => roundAmerican(impliedToAmerican(p) ?? NaN) ?? null),
            parameter: result.parameter ?? null,
            booksum: booksum(implied),
            hold: hold(implied),
          }
          : { method: each, reason: result.reason, booksum: booksum(implied), hold: hold(implied) },
      )
    }
  } else await writeOut(tableOf(words, implied, results))
  if (results.every(([, { _tag }]) => _tag !== "Fair")) {
    const reasons = [...new Set(results.flatMap(([, result]) => result._tag === "Fair" ? [] : [why[result.reason]]))]
    throw new Failure(ExitCode.badInput, `Cannot take out a margin: ${reasons.join("; ")}`)
  }
  return ExitCode.clean
}

/** What a price looks like. */
export const expectedPrices: Readonly<Record<OddsFormat, string>> = {
  american: "American odds such as -110 or +150 (--format names another form)",
  decimal: "decimal odds above 1 such as 1.91",
  fractional: "fractional odds such as 10/11",
  probability: "a probability such as 0.5238 or 52.38%",
}

const why: Readonly<Record<NotApplicable["reason"], string>> = {
  one_sided: "a side is missing",
  out_of_range: "a probability is not between 0 and 1",
  underround: "the prices add up to less than 1",
  winners: "the method is for one winner",
  no_solution: "no numbers of the method add up",
}

type Results = ReadonlyArray<readonly [DevigMethod, ReturnType<typeof devig>]>

const tableOf = (words: ReadonlyArray<string>, implied: ReadonlyArray<number>, results: Results): string => {
  const rows = [
    ["", ...words],
    ["implied", ...implied.map(percent)],
    ...results.map(([method, result]) =>
      result._tag === "Fair"
        ? [method, ...result.p.map((p) => `${percent(p)} ${formatAmerican(roundAmerican(impliedToAmerican(p)!)!)}`)]
        : [method, `does not apply: ${why[result.reason]}`]
    ),
  ]
  const widths = [...words, ""].map((_, column) =>
    Math.max(...rows.map((row) => row.length === words.length + 1 ? row[column]!.length : 0))
  )
  const lines = rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(Math.max(14, widths[0]!)) : cell.padStart(widths[column]!))
      .join("  ").trimEnd()
  )
  const sum = booksum(implied)
  const kept = hold(implied)
  return `${lines.join("\n")}\nbooksum ${sum?.toFixed(4)} · hold ${kept === undefined ? "–" : percent(kept)}\n`
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
