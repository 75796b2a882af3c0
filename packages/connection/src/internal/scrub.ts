/** Keeping the key out of words that others wrote. */
import { mayHoldNotice } from "@boltodds/protocol"

/** A shorter text may be part of any word: it is searched for as a whole word, in what others wrote. */
const shortestKey = 8
/** Shorter ones are words and numbers of their own. */
const shortestWord = 4

/** From the first question mark of a word on only: from each of them, a long word takes its length squared. */
const query = /(?<!\?[^\s"'<>?]*)\?[^\s"'<>]*=[^\s"'<>]*/g

/**
 * A foreign text made fit to show: without the key in any spelling, without any URL's query, without line breaks and
 * other control characters (they would steer a terminal), and of bounded length.
 *
 * Libraries and servers put the URL they were given into their messages; ours holds the key. A key of fewer than 8
 * characters is masked where it is a whole word, one of fewer than 4 nowhere.
 */
export const scrub = (text: string, secret: string, maxLength = 300): string => {
  const clean = blotOut(text, secret).replace(query, "?[redacted]").replace(/\p{Cc}+/gu, " ")
  return clean.length > maxLength ? clean.slice(0, maxLength) + "…" : clean
}

/** A text of ours, which may quote others: a short key is not searched for, it would mask harmless words. */
export const scrubOurs = (text: string, secret: string, maxLength = 300): string =>
  scrub(text, secret.length < shortestKey ? "" : secret, maxLength)

/** What a key looks like: as it is, in JSON, and in URLs, which escape it more or less. */
const spellingsOf = (secret: string): ReadonlyArray<string> => {
  if (secret === "") return []
  if (secret !== known.secret) {
    const form = new URLSearchParams({ key: secret }).toString().slice("key=".length)
    const all = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form]
    known = { secret, spellings: [...new Set([...all, form.replaceAll("+", "%20")])] }
  }
  return known.spellings
}

/** Of the last one asked for: every short frame asks. */
let known: { readonly secret: string; readonly spellings: ReadonlyArray<string> } = { secret: "", spellings: [] }

/** Whether a text holds the key, in any spelling. */
export const holdsKey = (text: string, secret: string): boolean =>
  spellingsOf(secret).some((spelling) => text.includes(spelling))

const blotOut = (text: string, secret: string): string => {
  if (secret.length < shortestWord) return text
  let clean = text
  for (const spelling of spellingsOf(secret)) {
    clean = secret.length >= shortestKey
      ? clean.replaceAll(spelling, "[redacted]")
      : clean.replaceAll(wordOf(spelling), "[redacted]")
  }
  return clean
}

const wordOf = (spelling: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_-])${spelling.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}_-])`, "gu")

/** The key inside a URL made by `FeedUrl`. */
export const secretOf = (url: string): string => {
  try {
    return new URL(url).searchParams.get("key") ?? ""
  } catch {
    // A transport given something else has no key to hide.
    return ""
  }
}

/** How long a frame may be that is looked through for the key, in characters or bytes: before the first data, and after. */
const longestEcho = 4096
const longestLiveEcho = 1024

const lossy = new TextDecoder()

/**
 * A frame without the key. A server may repeat the key in its own words. Data, long frames that begin as data does, and
 * bytes without the key come back as they are: prices are not searched for what looks like a key.
 */
export const withoutKey = (raw: string | Uint8Array, secret: string, isLive: boolean = false): string | Uint8Array => {
  if (secret.length < shortestKey) return raw
  if (raw.length > (isLive ? longestLiveEcho : longestEcho) && !mayHoldNotice(raw)) return raw
  const text = typeof raw === "string" ? raw : lossy.decode(raw)
  const spellings = spellingsOf(secret)
  for (let index = 0; index < spellings.length; index++) {
    if (text.includes(spellings[index]!)) return text.includes('"outcomes"') ? raw : blotOut(text, secret)
  }
  return raw
}
