/** A proxy that makes a server of this machine look like a remote one: loopback hosts have no limits. */
import { connectTo, startProxy } from "@boltodds/testing/ScriptedProxy"

export interface FarFeed {
  /** What a command needs in its environment; it also needs `--insecure`. */
  readonly env: Readonly<Record<string, string>>
  readonly host: string
  readonly stop: () => void
}

/** `url` is `ws://127.0.0.1:port/path`. */
export const farFeed = async (url: string): Promise<FarFeed> => {
  const { port, pathname } = new URL(url)
  const proxy = await startProxy(connectTo(Number(port)))
  const host = `feed.example:${port}`
  return { env: { BOLTODDS_URL: `ws://${host}${pathname}`, HTTP_PROXY: proxy.url }, host, stop: proxy.stop }
}
