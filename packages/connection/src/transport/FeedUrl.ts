/** The URL of the feed, without the key. */
import { isLoopbackHost } from "@boltodds/text"
import * as Redacted from "effect/Redacted"

/** The vendor's URL (PROTOCOL, "Endpoints"). */
export const defaultFeedUrl = "wss://spro.agency/api"

/** The URL given for the feed cannot be used. The message says what to write instead. */
export class UrlRefused extends Error {
  readonly _tag = "UrlRefused"
  override readonly name: string = "UrlRefused"
}

/** A checked URL. It holds no key, so it may be shown. */
export interface FeedUrl {
  /** `host:port`: the name of the server in messages and in the limiter. */
  readonly host: string
  /** The URL to dial, with the key: a secret. */
  readonly socket: (key: Redacted.Redacted<string>) => Redacted.Redacted<string>
  /** A REST URL on the same server, with the key: a secret. */
  readonly rest: (
    path: string,
    query: Readonly<Record<string, string>>,
    key: Redacted.Redacted<string>,
  ) => Redacted.Redacted<string>
}

/**
 * Checks a URL: `wss://` or `ws://` (`https://` and `http://` count as these). Unencrypted URLs would send the key in the
 * clear. They are refused for hosts other than this machine unless `insecure` is set.
 *
 * A URL that contains a key or a password is refused: a URL is not kept secret.
 */
export const parseFeedUrl = (
  text: string,
  options: { readonly insecure?: boolean | undefined } = {},
): FeedUrl | UrlRefused => {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    // Not shown: it may hold a key.
    return new UrlRefused(`Cannot read the feed's URL. Write it as in ${defaultFeedUrl}`)
  }
  const secure = url.protocol === "wss:" || url.protocol === "https:"
  if (!secure && url.protocol !== "ws:" && url.protocol !== "http:") {
    return new UrlRefused(`Cannot use a feed URL that begins with ${url.protocol}//: it must be wss:// or ws://`)
  }
  if (url.searchParams.has("key") || url.username !== "" || url.password !== "") {
    return new UrlRefused(
      "Cannot use a feed URL that contains a key or a password. Give the key separately: it is a secret",
    )
  }
  if (!secure && options.insecure !== true && !isLoopbackHost(url.hostname)) {
    return new UrlRefused(
      `Cannot use ${url.protocol}// to ${url.host}: the key would be sent unencrypted. Write wss://, or allow it with insecure`,
    )
  }
  url.hash = ""
  const at = (
    scheme: string,
    path: string,
    query: Readonly<Record<string, string>>,
    key: Redacted.Redacted<string>,
  ) => {
    const target = new URL(`${scheme}://${url.host}${path}`)
    for (const [name, value] of url.searchParams) target.searchParams.set(name, value)
    target.searchParams.set("key", Redacted.value(key))
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
    // Spaces as %20: the `+` of form encoding is not a space to every server.
    target.search = target.search.replaceAll("+", "%20")
    return Redacted.make(target.href, { label: `${scheme}://${url.host}` })
  }
  const base = url.pathname.replace(/(?<!\/)\/+$/, "")
  return {
    host: url.host,
    socket: (key) => at(secure ? "wss" : "ws", url.pathname, {}, key),
    rest: (path, query, key) => at(secure ? "https" : "http", `${base}/${path}`, query, key),
  }
}
