/** Web pages as a line of text. */

/** What a page says: its title, or its text; without tags and control characters, and of bounded length. */
export const pageText = (body: string, maxLength = 200): string => {
  const title = /<title[^<>]*>([^<]*)/i.exec(body)?.[1]?.trim() ?? ""
  const text = title !== ""
    ? title
    : body.replace(/<(style|script)\b[\s\S]*?(<\/\1>|$)/gi, " ").replace(/<[^>]*>?/g, " ")
  const clean = text.replace(/[\p{C}\s]+/gu, " ").trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}
