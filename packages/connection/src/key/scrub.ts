/** Keeping the key out of words that others wrote. */
/** A shorter text may be part of any word: it is searched for as a whole word, in what others wrote. */
export const shortestKey = 8
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

/** What a key looks like: as it is, in JSON, also as PHP writes it, and in URLs, which escape it more or less. */
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

/** Of the last one asked for. */
let known: { readonly secret: string; readonly spellings: ReadonlyArray<string> } = { secret: "", spellings: [] }

/** Whether a text holds the key, in any spelling. */
export const holdsKey = (text: string, secret: string): boolean =>
  spellingsOf(secret).some((spelling) => text.includes(spelling))

/** A text without the key, in any spelling. */
export const blotOut = (text: string, secret: string): string => {
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
