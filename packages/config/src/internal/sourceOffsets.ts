/** Where in the text each character of a scalar stands. */
import type { Scalar } from "./Tree.ts"

/**
 * For each index of the written value, and for its end, its offset in the text. Quotes, escapes, folds and indentation
 * are stepped over; where the two cannot be brought together the rest stays at the last place that could.
 */
export const sourceOffsets = (text: string, scalar: Scalar): ReadonlyArray<number> => {
  const value = typeof scalar.written === "string" ? scalar.written : ""
  const raw = text.slice(scalar.start, scalar.end)
  const offsets: Array<number> = []
  let at = firstOf(raw, scalar.style)
  for (let index = 0; index < value.length;) {
    const step = stepOf(raw, at, value, index, scalar.style)
    for (let n = 0; n < step.taken; n++) offsets.push(scalar.start + Math.min(step.at, raw.length))
    index += step.taken
    at = step.next
  }
  offsets.push(scalar.start + Math.min(at, raw.length))
  return offsets
}

/** After the quote, or after the head of a block and its first indentation. */
const firstOf = (raw: string, style: Scalar["style"]): number => {
  if (style === "plain") return 0
  if (style !== "block") return 1
  const line = raw.indexOf("\n")
  return line === -1 ? raw.length : line + 1
}

interface Step {
  /** How many units of the value, standing at `at`; the next is looked for at `next`. */
  readonly taken: number
  readonly at: number
  readonly next: number
}

const stepOf = (raw: string, from: number, value: string, index: number, style: Scalar["style"]): Step => {
  const wanted = value[index]!
  for (let at = from; at < raw.length; at++) {
    const found = raw[at]!
    if (style === "double" && found === "\\") {
      const kind = raw[at + 1]
      if (kind === "\n" || kind === "\r") continue
      const length = kind === "x" ? 4 : kind === "u" ? 6 : kind === "U" ? 10 : 2
      return { taken: kind === "U" && isLead(wanted) ? 2 : 1, at, next: at + length }
    }
    if (found === wanted) return { taken: 1, at, next: at + (style === "single" && found === "'" ? 2 : 1) }
    // A line break that was folded into a space, or spaces at the beginning of a line.
    if (found === "\n" && wanted === " ") return { taken: 1, at, next: at + 1 }
    if (!isSpace(found)) break
  }
  return { taken: 1, at: from, next: from }
}

const isSpace = (character: string): boolean => /\s/.test(character)

const isLead = (unit: string): boolean => unit >= "\ud800" && unit <= "\udbff"
