/** A report of `verify`, for people. */
import { countText, visible } from "@boltodds/text"
import type { Difference } from "./differences.ts"
import type { VerifyReport } from "./VerifyReport.ts"

const counted = (count: number, one: string): string => `${countText(count)} ${one}${count === 1 ? "" : "s"}`

/** The report, ending in a newline. */
export const verifyText = (report: VerifyReport): string => {
  const { comparisons, games, lines, differences, sportsbooks, unclaimed, races, inconclusive, examples } = report
  const text = [
    `Compared ${counted(comparisons, "time")}: ${counted(games, "game")}, ${counted(lines, "line")}.`,
    differences === 0 ? "No differences." : `${counted(differences, "difference")}:`,
  ]
  for (const { sportsbook, kinds } of sportsbooks) {
    const parts = Object.entries(kinds).map(([kind, count]) => `${countText(count)} ${kind}`)
    text.push(`  ${visible(sportsbook)}: ${parts.join(", ")}`)
  }
  if (examples.length > 0) {
    text.push("", examples.length < differences ? `The first ${examples.length}:` : "All of them:")
    for (const example of examples) text.push(`  ${wordsOf(example)}`)
    text.push("")
  }
  if (races > 0) text.push(`Of the moment, and no fault: ${counted(races, "difference")} (one side was on its way).`)
  if (unclaimed > 0) text.push(`Not claimed to be live, and so no fault: ${counted(unclaimed, "difference")}.`)
  for (const reason of inconclusive) text.push(`A comparison came to no end: ${reason}.`)
  return `${text.join("\n")}\n`
}

const wordsOf = ({ kind, sportsbook, game, outcome, held, fresh }: Difference): string => {
  const where = [sportsbook, game, ...outcome === null ? [] : [outcome]].map(visible).join(" · ")
  return `${where} (${kind}): held ${held ?? "nothing"}, the snapshot has ${fresh ?? "nothing"}`
}
