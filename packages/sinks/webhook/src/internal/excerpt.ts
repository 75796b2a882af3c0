/** What a receiver said, short enough for a log, and without our secrets. */

const longest = 200

/** The beginning of an answer in one line, with every secret that it echoes taken out. */
export const bodyExcerpt = (body: string, secrets: ReadonlyArray<string>): string => {
  let text = body
  for (const secret of secrets) text = text.replaceAll(secret, "<hidden>")
  const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim()
  const characters = [...line]
  return characters.length <= longest ? line : `${characters.slice(0, longest).join("")}…`
}

/**
 * Every form in which a receiver may echo what it was sent: the path and query of the URL with their parts, the user
 * and password, the values of headers; as they are, decoded, and as JSON has them. Parts that are short and common
 * words of a path (`api`, `hooks`) are no secrets, and hiding them would hide the sense of the answer. The longest
 * come first, so that none leaves a rest of another.
 */
export const echoesOf = (url: URL, headers: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { username, password, pathname, search } = url
  const auth = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")
  const whole = [pathname + search, pathname, search, ...pathname.split("/"), ...search.slice(1).split(/[&=]/)]
  const texts = [...whole, ...(username + password === "" ? [] : [username, password, auth]), ...headers]
  const forms = texts.flatMap((
    text,
  ) => [text, decoded(text), JSON.stringify(text).slice(1, -1), text.replaceAll("/", "\\/")])
  return [...new Set(forms)].filter((form) => form.length >= shortest).sort((a, b) => b.length - a.length)
}

const shortest = 6

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not encoded, so it is its own form.
    return text
  }
}
