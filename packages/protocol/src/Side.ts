/** Over and under, home and away. */

/** Which side of a total. Null where the market has no sides. */
export type Side = "over" | "under"

/** Parses a raw `outcome_over_under` (`O`, `U`, `Over`, `Under`, any case); null for anything else. */
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
  if (typeof raw !== "string") return null
  const text = raw.trim().toLowerCase()
  return text === "over" || text === "o" ? "over" : text === "under" || text === "u" ? "under" : null
}

/** What an outcome is about: a team of the game, the draw, or something else (a player). Null where there is no target. */
export type TargetKind = "home" | "away" | "draw" | "other"

/**
 * The kind of a raw `outcome_target` in a game of two teams. Names are compared without regard to case.
 *
 * Books flip home and away of one match (soccer, UFC): the kind holds within one sportsbook's game only.
 */
export const targetKind = (target: string | null, home: string | null, away: string | null): TargetKind | null => {
  if (target === null || target === "") return null
  if (target === home) return "home"
  if (target === away) return "away"
  const text = target.trim().toLowerCase()
  if (home !== null && text === home.trim().toLowerCase()) return "home"
  if (away !== null && text === away.trim().toLowerCase()) return "away"
  return text === "draw" || text === "tie" ? "draw" : "other"
}
