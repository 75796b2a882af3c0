/** A proxy that makes a server of this machine look like one that is far away: loopback hosts have no limits. */
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"

export interface FarFeed {
  /** What a command needs in its environment; it also needs `--insecure`. */
  readonly env: Readonly<Record<string, string>>
  readonly host: string
  readonly stop: () => void
}

/** `url` is `ws://127.0.0.1:port/path`. */
export const farFeed = async (url: string): Promise<FarFeed> => {
  const { port, pathname } = new URL(url)
  const proxy = createServer()
  proxy.on("connect", (_request, socket) => {
    const target = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      target.pipe(socket).pipe(target)
    })
    target.on("error", () => socket.destroy())
    socket.on("error", () => target.destroy()).on("close", () => target.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const address = proxy.address() as AddressInfo
  const host = `feed.example:${port}`
  return {
    env: { BOLTODDS_URL: `ws://${host}${pathname}`, HTTP_PROXY: `http://127.0.0.1:${address.port}` },
    host,
    stop: () => {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
