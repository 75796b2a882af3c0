/** The part of a market's name that says which part of the game counts. */

const ordinal = (words: ReadonlyArray<string>): string => `(?:${words.join("|")})`
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

/** The whole game and its overtime: what `game` is elsewhere, and no period at all in soccer. */
export const withOvertime = "incl"

/** A pattern of folded names, and the period: `$1` and `$2` are what it captures. */
type Row = readonly [pattern: string, period: string]

const numbered = (count: number, word: string, short: string): ReadonlyArray<Row> =>
  ordinals.slice(0, count).map((names, index) => {
    const at = index + 1
    const shortForms = short === "i" ? "" : `|${at}${short}|${short}${at}`
    return [`${ordinal(names)} ${word}${shortForms}`, `${short}${at}`]
  })

const rows: ReadonlyArray<Row> = [
  ["(?:s|set )([1-5]) (?:g|game )([1-9]|1[0-3])", "s$1g$2"],
  ...numbered(2, "half", "h"),
  ...numbered(4, "quarter", "q"),
  ...numbered(3, "period", "p"),
  ...numbered(9, "inning", "i"),
  ["(?:1st|first) ([357]) innings?", "f$1"],
  ["f([357])", "f$1"],
  ...ordinals.slice(0, 5).map((names, index): Row => [`${ordinal(names)} set`, `s${index + 1}`]),
  ["(?:s|set )([1-5])", "s$1"],
  ["(?:m|map )([1-9])", "m$1"],
  ["(?:r|round )([1-9]|1[0-2])", "r$1"],
  ["(?:incl|including|inc) (?:overtime|ot|extra time)", withOvertime],
  ["regulation time|regulation|reg time|60 min(?:utes?)?|90 min(?:utes?)?", "reg"],
  ["overtime|extra time", "ot"],
]

/** The first that fits wins, so the longer forms come first. */
const periods = rows.map(([pattern, period]) => ({
  start: new RegExp(`^(?:${pattern})(?: |$)`),
  end: new RegExp(`(?:^| )(?:${pattern})$`),
  period,
}))

/** Every pattern has one of these; most names have none. */
const possible = /\d|half|quarter|period|inning|set|overtime|time|regulation|incl?\b|ot\b/

/** Words of a period that no rule has taken. */
const leftover =
  /(?:^| )(?:half|halves|quarters?|periods?|innings?|overtime|ot|extra time|regulation|minutes?|mins?|(?:set|map|round) \d+|[hqpsmi]\d|f[357]|\d[hqp])(?: |$)/

/** Whether a rest of a name still says something about a period. */
export const hasPeriodWords = (rest: string): boolean => leftover.test(rest)

/** Cuts a period off the start or the end of a folded name; undefined where neither is one. */
export const cutPeriod = (folded: string): { readonly period: string; readonly rest: string } | undefined => {
  if (!possible.test(folded)) return undefined
  for (const { start, end, period } of periods) {
    const match = start.exec(folded) ?? end.exec(folded)
    if (match === null) continue
    const rest = match.index === 0 ? folded.slice(match[0].length) : folded.slice(0, match.index)
    return { period: period.replace("$1", match[1] ?? "").replace("$2", match[2] ?? ""), rest: rest.trim() }
  }
  return undefined
}
