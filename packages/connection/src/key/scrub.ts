/** Removal of the key from texts that servers and libraries wrote. */

/** A shorter key may be part of any word: it is removed only where it is a whole word. In characters. */
export const shortestKey = 8
/** A shorter key may be an ordinary word or number: it is not removed. In characters. */
const shortestWord = 4

/** A query, from the first question mark of a word. Matching from each of them would take quadratic time. */
const query = /(?<!\?[^\s"'<>?]*)\?[^\s"'<>]*=[^\s"'<>]*/g

/**
 * Makes a text of others fit to show: without the key in any spelling, without the queries of URLs, without line breaks
 * and other control characters (which could control a terminal), and of bounded length.
 *
 * Libraries and servers repeat their URL in messages, and ours contains the key. A key of fewer than 8 characters is
 * removed only where it is a whole word; a key of fewer than 4 is not removed.
 */
export const scrub = (text: string, secret: string, maxLength = 300): string => {
  const clean = redact(text, secret).replace(query, "?[redacted]").replace(/\p{Cc}+/gu, " ")
  return clean.length > maxLength ? clean.slice(0, maxLength) + "…" : clean
}

/** The same for a text of this package that may quote others. A short key stays: its removal would hit harmless words. */
export const scrubOurs = (text: string, secret: string, maxLength = 300): string =>
  scrub(text, secret.length < shortestKey ? "" : secret, maxLength)

/** The spellings of a key: plain, in JSON (with and without escaped slashes), and in URLs. */
export const spellingsOf = (secret: string): ReadonlyArray<string> => {
  if (secret === "") return []
  if (secret !== known.secret) {
    const form = new URLSearchParams({ key: secret }).toString().slice("key=".length)
    const inUrls = [encodeURIComponent(secret), encodeURIComponent(secret).replaceAll("%2F", "/"), form]
    const all = [secret, ...inUrls, form.replaceAll("+", "%20")]
    const cased = [...all, ...all.map((spelling) => spelling.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()))]
    const inJson = cased.map((spelling) => JSON.stringify(spelling).slice(1, -1))
    known = { secret, spellings: [...new Set([...cased, ...inJson, ...inJson.map(withSlashes)])] }
  }
  return known.spellings
}

const withSlashes = (json: string): string => json.replaceAll("/", "\\/")

/** The spellings of the last key. */
let known: { readonly secret: string; readonly spellings: ReadonlyArray<string> } = { secret: "", spellings: [] }

/** Whether a text contains the key, in any spelling. */
export const holdsKey = (text: string, secret: string): boolean =>
  spellingsOf(secret).some((spelling) => text.includes(spelling))

/** Replaces the key in a text, in any spelling, with `[redacted]`. */
export const redact = (text: string, secret: string): string => {
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

/** The key in a URL made by `FeedUrl`. */
export const secretOf = (url: string): string => {
  try {
    return new URL(url).searchParams.get("key") ?? ""
  } catch {
    // Another text has no key to hide.
    return ""
  }
}
