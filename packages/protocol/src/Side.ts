/** Over and under, home and away. */
import { comparableName } from "./comparableName.ts"
import { plainText } from "./plainText.ts"

/** Which side of a total. Null where the market has no sides. */
export type Side = typeof sides[number]

/** Every {@link Side}. */
export const sides = ["over", "under"] as const

/**
 * Parses a raw `outcome_over_under`: `O`, `Ov`, `Over`, `U`, `Un`, `Under` in any case, white space around them or
 * full-width letters; null for anything else.
 */
export const parseSide = (raw: unknown): Side | null => {
  switch (raw) {
    case null:
    case undefined:
      return null
    case "O":
    case "Over":
      return "over"
    case "U":
    case "Under":
      return "under"
  }
  if (typeof raw !== "string" || raw.length > longest) return null
  return spellings.get(plainText(raw).trim().toLowerCase()) ?? null
}

const spellings: ReadonlyMap<string, Side> = new Map([
  ["o", "over"],
  ["ov", "over"],
  ["over", "over"],
  ["u", "under"],
  ["un", "under"],
  ["under", "under"],
])

/** No side is longer. */
const longest = 20

/** What an outcome is about: a team of the game, the draw, or something else (a player). Null where there is no target. */
export type TargetKind = typeof targetKinds[number]

/** Every {@link TargetKind}. */
export const targetKinds = ["home", "away", "draw", "other"] as const

/**
 * The kind of a raw `outcome_target` in a game of two teams. Names are compared in one Unicode form, with white space
 * folded (`comparableName`) and without regard to case. Where both teams have that name, it is neither of them.
 *
 * Sportsbooks flip home and away of one match (soccer, UFC): the kind holds within one sportsbook's game only.
 */
export const targetKind = (target: string | null, home: string | null, away: string | null): TargetKind | null => {
  if (target === null || target === "") return null
  const isHome = target === home
  if (isHome !== (target === away)) return isHome ? "home" : "away"
  const name = folded(target)
  const likeHome = home !== null && name === foldedHome(home)
  if (likeHome !== (away !== null && name === foldedAway(away))) return likeHome ? "home" : "away"
  return name === "draw" || name === "tie" ? "draw" : "other"
}

const folded = (name: string): string => comparableName(name).toLowerCase()

/** One text after another is of the same game: its teams are folded once. */
const remember = (): (name: string) => string => {
  let known = ""
  let form = ""
  return (name) => {
    if (name !== known) {
      form = folded(name)
      known = name
    }
    return form
  }
}
const foldedHome = remember()
const foldedAway = remember()
