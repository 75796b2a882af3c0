/** Records that compare sportsbooks, as sentences: best and fair prices, opportunities, closing prices. */
import type { ChatFields } from "./ChatFields.ts"
import { clean, hrefOf } from "./clean.ts"
import type { Sentence } from "./Sentence.ts"
import { shownLine, shownOdds } from "./shown.ts"
import type { Writing } from "./Writing.ts"

/** The fields that say which of these records it is. */
const kinds = ["best", "fair", "opportunity", "closing"] as const

type SignalKind = (typeof kinds)[number]

/** Which of these records it is; undefined for any other. */
export const signalKindOf = (record: ChatFields): SignalKind | undefined =>
  kinds.find((kind) => typeof record[kind] === "string" && typeof record["event"] === "string")

/** Up to so many records of one kind in a batch have a sentence each; opportunities always have one. */
const most = 5

/** The sentences of these records of a batch, by their records. What is counted stands at the place of the last. */
export const signalSentences = (
  records: ReadonlyArray<ChatFields>,
  writing: Writing,
): ReadonlyMap<ChatFields, Sentence> => {
  const sentences = new Map<ChatFields, Sentence>()
  const groups = new Map<string, Array<ChatFields>>()
  for (const record of records) {
    const kind = signalKindOf(record)
    // What is sent again did not happen now.
    if (kind === undefined || record["cause"] === "snapshot") continue
    if (kind === "opportunity") {
      sentences.set(record, plain(opportunityText(record, writing)))
      continue
    }
    const group = `${kind} ${String(record[kind])}`
    groups.set(group, [...groups.get(group) ?? [], record])
  }
  for (const [group, mine] of groups) {
    if (mine.length > most) sentences.set(mine.at(-1)!, plain(summaryOf(group, mine, writing)))
    else for (const record of mine) sentences.set(record, plain(textOf(record, writing)))
  }
  return sentences
}

const plain = (text: string): Sentence => ({ text, warning: false })

const textOf = (record: ChatFields, writing: Writing): string =>
  typeof record["best"] === "string"
    ? bestText(record, writing)
    : typeof record["fair"] === "string"
    ? fairText(record, writing)
    : closingText(record, writing)

/** A name, cleaned and escaped; undefined where there is none. */
const nameOf = (value: unknown, { escape }: Writing): string | undefined =>
  typeof value === "string" && clean(value) !== "" ? escape(clean(value)) : undefined

const teamsOf = (record: ChatFields, writing: Writing): string => {
  const [home, away] = [nameOf(record["home_team"], writing), nameOf(record["away_team"], writing)]
  return home === undefined || away === undefined ? nameOf(record["event"], writing) ?? "a game" : `${away}–${home}`
}

/** What is bet on, without its side: `h1 total 110.5`, `LeBron James points 25.5`. */
const marketOf = (record: ChatFields, writing: Writing): string => {
  const { kind, period, scope, line } = record
  const participant = nameOf(record["participant"], writing)
  const stat = nameOf(record["stat"], writing)
  const team = scope === "home" || scope === "away" ? nameOf(record[`${scope}_team`], writing) : undefined
  const what = participant !== undefined && stat !== undefined ? stat : wordsOf(kind, writing)
  const isTotal = kind === "total"
  return [
    participant ?? team,
    period === "game" ? undefined : nameOf(period, writing),
    what,
    isTotal ? shownLine(line, false) : undefined,
  ].filter((part) => part !== undefined).join(" ")
}

/** A word of the records, with spaces. */
const wordsOf = (word: unknown, writing: Writing): string =>
  nameOf(typeof word === "string" ? word.replaceAll("_", " ") : undefined, writing) ?? "unknown"

/** A side by its team, or as it is. */
const sideOf = (record: ChatFields, side: unknown, line: unknown, withLine: boolean, writing: Writing): string => {
  const team = side === "home" || side === "away" ? nameOf(record[`${side}_team`], writing) : undefined
  const isSpread = record["kind"] === "spread" || record["kind"] === "spread_3way"
  const shown = isSpread ? shownLine(line, true) : withLine ? shownLine(line, false) : undefined
  return [team ?? nameOf(side, writing) ?? "", shown].filter((part) => part !== undefined && part !== "").join(" ")
}

const percent = (share: unknown): string => {
  if (typeof share !== "number" || !Number.isFinite(share)) return "?"
  const value = share * 100
  return `${value.toFixed(Math.abs(value) < 1 && value !== 0 ? 2 : 1)} %`
}

const seconds = (millis: unknown): string | undefined => {
  if (typeof millis !== "number" || !Number.isFinite(millis)) return undefined
  const whole = millis / 1000
  return whole < 10
    ? `${Number(whole.toFixed(1))} s`
    : whole < 120
    ? `${Math.round(whole)} s`
    : `${Math.round(whole / 60)} min`
}

const fieldsIn = (value: unknown): ReadonlyArray<ChatFields> =>
  Array.isArray(value) ? value.filter((each) => typeof each === "object" && each !== null) as Array<ChatFields> : []

const textsIn = (value: unknown, writing: Writing): ReadonlyArray<string> =>
  Array.isArray(value) ? value.flatMap((each) => nameOf(each, writing) ?? []) : []

const names: Readonly<Record<string, string>> = { arb: "ARB", ev: "EV", middle: "MIDDLE", low_hold: "LOW HOLD" }

/** What it is worth, in the words of its type. */
const worthOf = ({ type, value, gap }: ChatFields): string => {
  const share = typeof value === "number" ? value : NaN
  switch (type) {
    case "low_hold":
      return `hold ${percent(0 - share)}`
    case "middle":
      return `${typeof gap === "number" ? `${gap} ${gap === 1 ? "point" : "points"}, ` : ""}break-even ${
        percent(0 - share)
      }`
    default:
      return percent(share)
  }
}

const opportunityText = (record: ChatFields, writing: Writing): string => {
  const { type, stakes } = record
  const name = names[String(type)] ?? wordsOf(type, writing).toUpperCase()
  const subject = `${teamsOf(record, writing)} ${marketOf(record, writing)}`
  if (record["opportunity"] === "closed") {
    const stood = seconds(record["open_ms"])
    const peak = type === "arb" || type === "ev" ? [`peak ${percent(record["peak"])}`] : []
    return [
      `${name} closed${stood === undefined ? "" : ` after ${stood}`}: ${closedWords(record["reason"], writing)}`,
      subject,
      ...peak,
    ].join(" · ")
  }
  const isMiddle = type === "middle"
  const legs = fieldsIn(record["legs"])
  const shares = Array.isArray(stakes) ? stakes as ReadonlyArray<unknown> : []
  const shown = legs.map((leg, index) =>
    [
      sideOf(record, leg["side"], leg["line"], isMiddle, writing),
      shownOdds(leg["odds"]) ?? "?",
      nameOf(leg["sportsbook"], writing),
      type === "ev" ? undefined : percent(shares[index]),
    ].filter((part) => part !== undefined && part !== "").join(" ")
  )
  const isNew = record["opportunity"] === "opened"
  const confirmed = seconds(record["confirmed_ms"])
  const warnings = textsIn(record["warnings"], writing)
  const links = isNew ? legs.flatMap((leg) => hrefOf(leg["link"]) ?? []).map(writing.link) : []
  return [
    `${name} ${isNew ? "" : "now "}${worthOf(record)}`,
    subject,
    shown.join(" / "),
    ...type === "ev" ? [`fair ${percent(record["p"])} by ${nameOf(record["reference"], writing) ?? "?"}`] : [],
    ...isNew && confirmed !== undefined && record["confirmed_ms"] !== 0 ? [`confirmed ${confirmed}`] : [],
    ...warnings,
    ...record["fees"] === "assumed" ? ["fees assumed"] : [],
    ...record["push_possible"] === true ? ["push possible"] : [],
  ].join(" · ") + links.map((link) => ` ${link}`).join("")
}

const closedReasons: Readonly<Record<string, string>> = {
  price: "it pays too little now",
  better: "another one of this line took its place",
  suspicious: "it pays too much to be true",
  reference: "no fair probability any more",
  stopped: "the stream has stopped",
  start_conflict: "sportsbooks disagree on the start",
  filters: "it no longer meets the condition",
  unverified: "a price is not confirmed any more",
}

const closedWords = (reason: unknown, writing: Writing): string =>
  closedReasons[String(reason)] ?? wordsOf(reason, writing)

const bestText = (record: ChatFields, writing: Writing): string => {
  const { line, side } = record
  const subject = `${teamsOf(record, writing)} ${marketOf(record, writing)}`
  const before = shownOdds(record["previous_odds"])
  const was = textsIn(record["previous_sportsbooks"], writing)
  const earlier = before === undefined ? "" : ` (was ${before}${was.length === 0 ? "" : ` ${was.join(", ")}`})`
  const label = sideOf(record, side, line, false, writing)
  if (record["best"] === "closed") {
    return `BEST none any more: ${wordsOf(record["reason"], writing)} · ${subject} · ${label}${earlier}`
  }
  const where = textsIn(record["sportsbooks"], writing)
  const href = hrefOf(record["link"])
  return [
    `BEST ${shownOdds(record["odds"]) ?? "?"} ${where.join(", ")}`,
    subject,
    `${label}${earlier}`,
    ...textsIn(record["warnings"], writing),
  ].join(" · ") + (href === undefined ? "" : ` ${writing.link(href)}`)
}

const fairText = (record: ChatFields, writing: Writing): string => {
  const subject = `${teamsOf(record, writing)} ${marketOf(record, writing)}`
  if (record["fair"] === "closed") return `FAIR none any more: ${closedWords(record["reason"], writing)} · ${subject}`
  const { p, kind, line } = record
  const sides = typeof p === "object" && p !== null ? Object.entries(p) : []
  const isSpread = kind === "spread" || kind === "spread_3way"
  const shown = sides.map(([side, share]) => {
    const own = isSpread && side === "away" && typeof line === "number" ? 0 - line : line
    return `${sideOf(record, side, own, false, writing)} ${percent(share)}`
  })
  const families = record["families"]
  const count = record["reference"] === "consensus" && typeof families === "number" ? ` of ${families}` : ""
  return `FAIR ${shown.join(" / ")} · ${subject} · ${nameOf(record["reference"], writing) ?? "?"}${count}`
}

const closingText = (record: ChatFields, writing: Writing): string => {
  const subject = `${teamsOf(record, writing)} ${marketOf(record, writing)}`
  const label = sideOf(record, record["side"], record["line"], false, writing)
  const at = nameOf(record["sportsbook"], writing) ?? "?"
  if (record["closing"] === "withdrawn") return `CLOSE withdrawn: the start has moved · ${subject} · ${label} ${at}`
  if (record["closing"] === "missing") {
    return `CLOSE missing: ${wordsOf(record["reason"], writing)} · ${subject} · ${label} ${at}`
  }
  const fair = typeof record["fair"] === "number" ? [`fair ${percent(record["fair"])}`] : []
  return [`CLOSE ${shownOdds(record["odds"]) ?? "?"} ${at}`, subject, label, ...fair].join(" · ")
}

const counted: Readonly<Record<string, string>> = {
  "best opened": "best prices found",
  "best moved": "best prices moved",
  "best closed": "best prices gone",
  "fair opened": "fair prices found",
  "fair moved": "fair prices moved",
  "fair closed": "fair prices gone",
  "closing captured": "closing prices captured",
  "closing missing": "closing prices missing",
  "closing withdrawn": "closing prices withdrawn: the start has moved",
}

const summaryOf = (group: string, records: ReadonlyArray<ChatFields>, writing: Writing): string => {
  const games = new Map(records.map((record) => [record["event"], record]))
  const where = games.size === 1 ? teamsOf(records[0]!, writing) : `${games.size} games`
  return `${records.length} ${counted[group] ?? "records"} · ${where}`
}
