/** A way to a server that can be cut. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { onTestFinished } from "vitest"

/** Passes connections on until they are to be cut. While it is blocked, new ones are cut at once. */
export const breakable = async (
  port: number,
): Promise<{ readonly port: number; readonly cut: () => void; readonly block: (isBlocked: boolean) => void }> => {
  const sockets = new Set<Socket>()
  let isBlocked = false
  const proxy = createServer((socket) => {
    if (isBlocked) return void socket.destroy()
    const upstream = connect(port, "127.0.0.1")
    for (const [from, to] of [[socket, upstream], [upstream, socket]] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on("error", () => to.destroy()).on("close", () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  return { port: (proxy.address() as AddressInfo).port, cut, block: (blocked) => void (isBlocked = blocked) }
}
