/** Keeping the key out of words that others wrote. */

/**
 * A foreign text made fit to show: without the key in any spelling, without any URL's query, and of bounded length.
 *
 * Libraries and servers put the URL they were given into their messages; ours holds the key.
 */
export const scrub = (text: string, secret: string, maxLength = 300): string => {
  let clean = text
  for (const spelling of new Set([secret, encodeURIComponent(secret)])) {
    if (spelling !== "") clean = clean.replaceAll(spelling, "[redacted]")
  }
  clean = clean.replace(/\?[^\s"'<>]*=[^\s"'<>]*/g, "?[redacted]")
  return clean.length > maxLength ? clean.slice(0, maxLength) + "…" : clean
}

/** The key inside a URL made by `FeedUrl`. */
export const secretOf = (url: string): string => {
  try {
    return new URL(url).searchParams.get("key") ?? ""
  } catch {
    // A transport given something else has no key to hide.
    return ""
  }
}

const longestEcho = 4096

/**
 * A frame without the key. Servers answer before the first data in short texts, and one may repeat what it refuses;
 * longer frames and bytes without it come back as they are.
 */
export const withoutKey = (raw: string | Uint8Array, secret: string): string | Uint8Array => {
  if (secret.length < 4 || raw.length > longestEcho) return raw
  const text = typeof raw === "string" ? raw : new TextDecoder().decode(raw)
  return text.includes(secret) ? text.replaceAll(secret, "[redacted]") : raw
}
