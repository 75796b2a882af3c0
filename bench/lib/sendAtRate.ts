/** Sends so many messages a second for so many seconds, and gives how many it sent. */
import { setTimeout as sleep } from "node:timers/promises"
import type { WebSocket } from "ws"

export const sendAtRate = async (
  socket: WebSocket,
  { perSecond, seconds, message }: {
    readonly perSecond: number
    readonly seconds: number
    readonly message: (index: number) => string
  },
): Promise<number> => {
  const from = performance.now()
  let sent = 0
  for (;;) {
    const elapsed = (performance.now() - from) / 1000
    if (elapsed > seconds) return sent
    for (const due = Math.floor(elapsed * perSecond); sent < due; sent++) socket.send(message(sent))
    await sleep(1)
  }
}
