/** Which subject a record has in a stream. */
import { type Change, type Control, isControl, latestKey } from "@boltodds/protocol"
import { tokenOf } from "./token.ts"

/**
 * The subject of a record below the name of a stream. Records with equal subjects replace each other
 * ({@link latestKey}), so a stream with one message a subject has the whole book.
 *
 * `NAME.line.SPORT.SPORTSBOOK.GAME.OUTCOME`, `NAME.game.SPORT.SPORTSBOOK.GAME` and `NAME.facts.…` for changes;
 * `NAME.control.KIND.…` for controls; `NAME.record` for records of other emits. Each word is one token ({@link tokenOf}).
 */
export const subjectOf = (name: string, value: unknown): string => {
  if (typeof value !== "object" || value === null) return `${name}.record`
  if (isControl(value as Change | Control)) {
    return `${name}.control.${tokens(latestKey(value as Control))}`
  }
  if ("change" in value && "sportsbook" in value) {
    return `${name}.${tokens(latestKey(value as Change))}`
  }
  return `${name}.record`
}

/** The subjects of a game, with wildcards: its lines, and its facts. Its opening or closing is not among them. */
export const subjectsOfGame = (
  name: string,
  { sport, sportsbook, game }: Pick<Change, "sport" | "sportsbook" | "game">,
): ReadonlyArray<string> => {
  const words = tokens([sport, sportsbook, game])
  // A record in several messages has more words at the end.
  return [`${name}.line.${words}.>`, `${name}.facts.${words}`, `${name}.facts.${words}.>`]
}

const tokens = (words: ReadonlyArray<string>): string => {
  let subject = ""
  for (let index = 0; index < words.length; index++) {
    subject += index === 0 ? known(words[index]!) : `.${known(words[index]!)}`
  }
  return subject
}

/** The same few thousand names come again and again. */
const known = (word: string): string => {
  const found = recent.get(word)
  if (found !== undefined) return found
  const token = tokenOf(word)
  if (recent.size >= mostRecent) recent.clear()
  recent.set(word, token)
  return token
}

const mostRecent = 20_000
const recent = new Map<string, string>()
