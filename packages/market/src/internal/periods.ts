/** The part of a market's name that says which part of the game counts. */

const ordinal = (words: ReadonlyArray<string>): string => `(${words.join("|")})`
const ordinals = [
  ["1st", "first"],
  ["2nd", "second"],
  ["3rd", "third"],
  ["4th", "fourth"],
  ["5th", "fifth"],
  ["6th", "sixth"],
  ["7th", "seventh"],
  ["8th", "eighth"],
  ["9th", "ninth"],
]

const numbered = (count: number, words: string, short: string): ReadonlyArray<readonly [string, string]> =>
  ordinals.slice(0, count).map((names, index) => {
    const at = index + 1
    const shortForms = short === "i" ? "" : `|${at}${short}|${short}${at}`
    return [`${ordinal(names)} (?:${words})${shortForms}`, `${short}${at}`] as const
  })

/** Patterns of folded names, and the period. The first that fits wins, so the longer forms come first. */
const periods: ReadonlyArray<{ readonly start: RegExp; readonly end: RegExp; readonly period: string }> = [
  ...[1, 2, 3, 4, 5].flatMap((set) =>
    Array.from({ length: 13 }, (_, game) =>
      [
        `(?:s${set} g${game + 1}|set ${set} game ${game + 1})`,
        `s${set}g${game + 1}`,
      ] as const)
  ),
  ...numbered(2, "half", "h"),
  ...numbered(4, "quarter", "q"),
  ...numbered(3, "period", "p"),
  ...numbered(9, "inning", "i"),
  ...[3, 5, 7].map((count) => [`(?:1st|first) ${count} innings?|f${count}`, `f${count}`] as const),
  ...[1, 2, 3, 4, 5].map((set) => [`set ${set}|s${set}|${ordinal(ordinals[set - 1]!)} set`, `s${set}`] as const),
  ...Array.from({ length: 9 }, (_, map) => [`map ${map + 1}|m${map + 1}`, `m${map + 1}`] as const),
  ...Array.from({ length: 12 }, (_, round) => [`round ${round + 1}|r${round + 1}`, `r${round + 1}`] as const),
  ["(?:incl|including|inc) (?:overtime|ot|extra time)", "game"] as const,
  ["regulation time|regulation|reg time|60 min(?:utes?)?|90 min(?:utes?)?", "reg"] as const,
  ["overtime|extra time", "ot"] as const,
].map(([pattern, period]) => ({
  start: new RegExp(`^(?:${pattern})(?: |$)`),
  end: new RegExp(`(?:^| )(?:${pattern})$`),
  period,
}))

/** Words of a period that no rule has taken. */
const leftover =
  /(?:^| )(?:half|halves|quarters?|periods?|innings?|overtime|ot|regulation|minutes?|mins?|(?:set|map|round) \d+)(?: |$)/

/** Whether a rest of a name still says something about a period. */
export const hasPeriodWords = (rest: string): boolean => leftover.test(rest)

/** Cuts a period off the start or the end of a folded name; undefined where neither is one. */
export const cutPeriod = (folded: string): { readonly period: string; readonly rest: string } | undefined => {
  for (const { start, end, period } of periods) {
    const match = start.exec(folded) ?? end.exec(folded)
    if (match === null) continue
    const rest = match.index === 0 ? folded.slice(match[0].length) : folded.slice(0, match.index)
    return { period, rest: rest.trim() }
  }
  return undefined
}
