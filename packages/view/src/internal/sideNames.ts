/** Who or what the sides of a line are, and their order. */
import type { Selection } from "@boltodds/market"
import { lineText } from "../formats.ts"
import type { EventFacts } from "./cells.ts"

/** The order of the sides. */
const ranks = [
  "home",
  "home_draw",
  "draw",
  "home_away",
  "away",
  "draw_away",
  "over",
  "under",
  "yes",
  "no",
  "odd",
  "even",
]
/** Where a side stands among those of its line. */
export const rankOf = (side: string): number => {
  const at = ranks.indexOf(side)
  return at === -1 ? ranks.length : at
}

const words: Readonly<Record<string, string>> = {
  draw: "Draw",
  yes: "Yes",
  no: "No",
  odd: "Odd",
  even: "Even",
}

/** Who or what a side is. A total names the teams: the home team with over, the away team with under. */
export const namesOf = (
  { side, line, kind, scope }: Pick<Selection, "side" | "line" | "kind" | "scope">,
  { home, away }: Pick<EventFacts, "home" | "away">,
): { readonly name: string; readonly line: string } => {
  const [first, second] = [home ?? "Home", away ?? "Away"]
  const isTotal = side === "over" || side === "under"
  const shown = line === null ? "" : isTotal ? `${side[0]}${line}` : lineText(line, kind !== "other")
  const name = (): string => {
    if (isTotal) {
      if (scope === "home") return first
      if (scope === "away") return second
      return side === "over" ? first : second
    }
    switch (side) {
      case "home":
        return first
      case "away":
        return second
      case "home_draw":
        return `${first} or draw`
      case "draw_away":
        return `${second} or draw`
      case "home_away":
        return `${first} or ${second}`
      default:
        return words[side] ?? side
    }
  }
  return { name: name(), line: shown === "" && isTotal ? side : shown }
}
