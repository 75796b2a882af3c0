/** Going through a proxy when the environment asks for one. */
import type { Agent } from "node:http"
import { HttpsProxyAgent } from "https-proxy-agent"
import { getProxyForUrl } from "proxy-from-env"
import { isLoopback } from "../FeedUrl.ts"

/**
 * The agent for this address by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (either case), or undefined to go
 * straight, as always to this machine itself. Only the origin of the address is looked at.
 */
export const proxyAgentFor = (url: URL): Agent | undefined => {
  if (isLoopback(url.hostname)) return undefined
  const secure = url.protocol === "wss:" || url.protocol === "https:"
  const proxy = getProxyForUrl(`${secure ? "https" : "http"}://${url.host}/`)
  return proxy === "" ? undefined : new HttpsProxyAgent(proxy)
}
