/** Which proxy a feed's address is reached through. */
import { ProxyError, proxyFor } from "@boltodds/machine"

/** What the environment says of a proxy: which one, or why it cannot be used. */
export type FeedProxy =
  /** `label` is `http://host:port`, without credentials; `variable` the one that names it. */
  | { readonly label: string; readonly variable: string }
  /** A sentence that begins in lower case, such as `cannot use the proxy in HTTPS_PROXY: …`. */
  | { readonly problem: string }

/**
 * The proxy that a dial and a GET to this address go through, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (either
 * case); undefined where they go straight, as always to this machine itself, and where the address cannot be read.
 */
export const feedProxy = (url: string): FeedProxy | undefined => {
  if (!URL.canParse(url)) return undefined
  const proxy = proxyFor(new URL(url), process.env)
  if (proxy === undefined) return undefined
  return proxy instanceof ProxyError ? { problem: proxy.message } : { label: proxy.label, variable: proxy.variable }
}
