/** Records as sentences for people: one for each move of a market. */
import { Alert } from "./Alert.ts"
import { clean } from "./clean.ts"
import { controlSentence, isLostGame, lostGamesSentence } from "./controlSentence.ts"
import type { ChatFields } from "./ChatFields.ts"
import { gameWords, lineWords } from "./lineWords.ts"
import type { Escape, Sentence } from "./Sentence.ts"
import { signalKindOf, signalSentences } from "./signalSentences.ts"
import { summarize } from "./summarize.ts"
import type { Writing } from "./Writing.ts"

/** Games of which records were lost that are still named one by one. */
const mostLost = 5

/**
 * The sentences of a batch, in their order.
 *
 * The outcomes of one market of one game at one sportsbook share a sentence: both sides of a total, the teams of a
 * moneyline. A second record of an outcome begins another sentence, and so does any record after a control. Where a
 * batch opens or closes much at once, one sentence counts it.
 */
export const sentencesOf = (records: ReadonlyArray<ChatFields>, writing: Writing): ReadonlyArray<Sentence> => {
  const all: Array<Alert | Sentence> = []
  let open = new Map<string, Alert>()
  const lost = records.filter(isLostGame)
  const signals = signalSentences(records, writing)
  for (const record of records) {
    const name = namesOf(record, writing.escape)
    if (typeof record["control"] === "string") {
      const isOneOfMany = lost.length > mostLost && isLostGame(record)
      if (isOneOfMany && record !== lost[0]) continue
      const text = isOneOfMany ? lostGamesSentence(lost) : controlSentence(record, name)
      if (text === undefined) continue
      all.push({ text, warning: true })
      open = new Map()
      continue
    }
    if (signalKindOf(record) !== undefined) {
      const sentence = signals.get(record)
      if (sentence !== undefined) all.push(sentence)
      continue
    }
    // A snapshot and what a gap hid from us did not happen now; `gap_closed` and `synced` say how much it is.
    if (record["cause"] === "snapshot" || isOpeningAfterGap(record)) continue
    if (record["outcome"] === undefined) {
      const words = gameWords(record)
      if (words !== undefined) all.push(new Alert(record, name, { label: "", said: words }))
      open = new Map()
      continue
    }
    const words = lineWords(record, name)
    if (words === undefined) continue
    const key = marketOf(record)
    const alert = open.get(key)
    if (alert?.add(record, words) === true) continue
    const begun = new Alert(record, name, words)
    open.set(key, begun)
    all.push(begun)
  }
  return summarize(all).map((one) => one instanceof Alert ? { text: one.text(writing.link), warning: false } : one)
}

const isOpeningAfterGap = ({ change, cause }: ChatFields): boolean =>
  cause === "resync" && (change === "line_opened" || change === "game_opened")

/** The market whose outcomes share a sentence. Both sides of a handicap are as far from zero. */
const marketOf = ({ sportsbook, game, market, outcome, target, side, line }: ChatFields): string =>
  JSON.stringify([
    sportsbook,
    game,
    market ?? ["none", outcome],
    side === "over" || side === "under" ? target : null,
    typeof line === "number" ? Math.abs(line) : null,
  ])

/** A name of the record, cleaned and escaped; undefined where there is none. */
const namesOf = (record: ChatFields, escape: Escape) => (field: string): string | undefined => {
  const value = record[field]
  return typeof value === "string" && clean(value) !== "" ? escape(clean(value)) : undefined
}
