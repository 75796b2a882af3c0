/** Keeping secrets out of what people paste into tickets. */

/** Takes these secrets, in any spelling a URL or JSON gives them, out of a text. */
export const redactor = (secrets: ReadonlyArray<string>): (text: string) => string => {
  // Shorter ones would blot out words that are no secret.
  const spellings = secrets.flatMap((secret) =>
    secret.length < 4 ? [] : [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString().slice("secret=".length),
    ]
  )
  const all = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  return (text) => all.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text)
}

/** What may be secret in an address as it was typed: all of its query, and whatever stands before an `@`. */
export const secretsIn = (address: string | undefined): ReadonlyArray<string> => {
  if (address === undefined || !URL.canParse(address)) return []
  const { searchParams, username, password } = new URL(address)
  return [...searchParams.values(), username, password].filter((text) => text !== "")
}
