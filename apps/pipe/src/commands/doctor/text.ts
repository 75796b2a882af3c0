/** Findings for people. */
import { visible } from "@boltodds/text"
import type { Paint } from "../../terminal/Terminal.ts"
import type { CheckOutcome, DoctorFinding } from "./Finding.ts"

const words: Readonly<Record<CheckOutcome, string>> = {
  ok: "ok",
  warning: "warning",
  failed: "FAILED",
  skipped: "skipped",
}

const plain = (text: string): string => text

/** One finding: a line, what to do, and what belongs to it. Ends in a line break. */
export const findingText = ({ check, outcome, text, advice, rows = [] }: DoctorFinding, paint: Paint): string => {
  const word = words[outcome].padEnd(8)
  const mark = { ok: plain, warning: paint.yellow, failed: paint.red, skipped: paint.dim }[outcome](word)
  const first = `${mark} ${check.padEnd(12)}${outcome === "skipped" ? paint.dim(visible(text)) : visible(text)}`
  const more = [
    ...rows.map(visible),
    ...(advice === undefined ? [] : advice.split("\n").map((line) => `→ ${visible(line)}`)),
  ]
  return `${[first, ...more.map((line) => " ".repeat(21) + line)].join("\n")}\n`
}
