/** Names as the feed sends them, made fit for one line of a message. */

const longest = 60

/**
 * One line, at most 60 characters, without what cannot be seen: a name with a newline in it, or one that turns the
 * direction of writing, could otherwise forge a price.
 */
export const clean = (name: string): string => {
  const line = name.replaceAll(/[\p{Cc}\p{Z}]+/gu, " ").replaceAll(/\p{C}/gu, "").trim()
  const characters = [...line]
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join("")}…`
}
