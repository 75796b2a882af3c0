/** Web pages where the feed's own answer was expected: something on the way has answered. */

/**
 * Whether an answer is a page for people. The feed answers in JSON or plain text; CDNs, firewalls and captive portals
 * answer in HTML or XML, and one CDN in a line of text of its own.
 */
export const isWebPage = (contentType: string | undefined, body: string): boolean =>
  /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? "") || /^[\s\ufeff]*<(?:[a-z!?])/i.test(body) ||
  /^\s*error code: 1\d{3}\s*$/.test(body)

/** What a page says: its title, or its text; without tags and control characters, and of bounded length. */
export const pageText = (body: string, maxLength = 200): string => {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim() ?? ""
  const text = title !== ""
    ? title
    : body.replace(/<(style|script)\b[\s\S]*?(<\/\1>|$)/gi, " ").replace(/<[^>]*>?/g, " ")
  const clean = text.replace(/[\p{C}\s]+/gu, " ").trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}
