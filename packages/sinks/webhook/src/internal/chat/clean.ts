/** Names and links of the feed, made safe to show to people. */

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

/** Longer ones would crowd out what the message says. */
const longestLink = 300

/**
 * The address of a link, in plain ASCII without spaces, brackets and mentions; undefined for anything but `https:`, for
 * one with a user name, which looks like another host than it is, and for one of over 300 characters.
 */
export const hrefOf = (link: unknown): string | undefined => {
  if (typeof link !== "string" || !URL.canParse(link)) return undefined
  const { protocol, username, password, href } = new URL(link)
  if (protocol !== "https:" || username !== "" || password !== "") return undefined
  const plain = href.replaceAll(/[^A-Za-z0-9\-._:/?#&=%+,;!$]/g, percent)
  return plain.length > longestLink ? undefined : plain
}

/** `href` is ASCII. */
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`

/** Keeps what a service would make a link of by itself from being one. */
export const unlinked = (name: string): string =>
  name.replaceAll("://", `:${zeroWidthSpace}//`).replaceAll(dotOfAddress, `$&${zeroWidthSpace}`)

/** A dot that may part the names of a host: also as other scripts write it (IDNA maps them to dots). */
const dotOfAddress = /(?<=\S)[.\u3002\uff0e\uff61](?=\p{L})/gu

const zeroWidthSpace = "\u200B"
