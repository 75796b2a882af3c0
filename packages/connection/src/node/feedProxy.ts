/** The proxy on the way to the feed. */
import { ProxyError, proxyFor } from "@boltodds/machine"

/** The proxy of the environment, or why it cannot be used. */
export type FeedProxy =
  /** `label` is `http://host:port`, without credentials; `variable` is the environment variable that names it. */
  | { readonly label: string; readonly variable: string }
  /** A sentence that begins in lower case, such as `cannot use the proxy in HTTPS_PROXY: …`. */
  | { readonly problem: string }

/**
 * The proxy for a dial or a GET to this URL, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (upper or lower case).
 * Undefined for a direct connection, as always to this machine, and if the URL cannot be read.
 */
export const feedProxy = (url: string): FeedProxy | undefined => {
  if (!URL.canParse(url)) return undefined
  const proxy = proxyFor(new URL(url), process.env)
  if (proxy === undefined) return undefined
  return proxy instanceof ProxyError ? { problem: proxy.message } : { label: proxy.label, variable: proxy.variable }
}
