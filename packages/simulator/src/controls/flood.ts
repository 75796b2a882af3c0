/** The server as a load generator. */
import { toBytes } from "@boltodds/feed-server"
import type { Simulation } from "../Simulation.ts"
import type { FloodOptions, FloodResult } from "../Simulator.ts"

/** Sends frames as fast as the sockets take them; resolves when the last byte is with the kernel. */
export const flood = async (
  { server, options: { binary } }: Simulation,
  frames: ReadonlyArray<string | Uint8Array>,
  options: FloodOptions,
): Promise<FloodResult> => {
  const clients = server.targets(options).filter((client) => client.live)
  // Before the clock starts, and once rather than for each client.
  const encoded = frames.map((frame) => binary === true && typeof frame === "string" ? toBytes(frame) : frame)
  const bytes = frames.reduce(
    (sum, frame) => sum + (typeof frame === "string" ? Buffer.byteLength(frame) : frame.length),
    0,
  )
  const start = performance.now()
  const ready = (): boolean => clients.every((client) => client.isReady || !client.isOpen)
  for (const frame of encoded) {
    if (!ready()) await server.until(ready)
    for (const client of clients) client.stream(frame)
  }
  for (const client of clients) {
    if (options.end === "close") client.close(1000)
    else if (options.end !== "none") server.ping({ connection: client.id })
  }
  await server.until(() => clients.every((client) => client.isDrained || !client.isOpen))
  return { frames: frames.length * clients.length, bytes: bytes * clients.length, millis: performance.now() - start }
}
