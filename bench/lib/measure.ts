/** One run of one contender against a load. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Contender } from "./contenders.ts"
import { type FeedServer, sendAll } from "./FeedServer.ts"
import type { Load } from "./load.ts"
import { processTimes } from "./processTimes.ts"
import { startContender } from "./startContender.ts"

/** What one run took. Times are in seconds unless the name says otherwise. */
export interface Measurement {
  /** From the start of the process to its first line. */
  readonly firstLineMillis: number
  /** Processor time until everything has started and the first message is written. */
  readonly startCpu: number
  /** Processor time of the warm-up. */
  readonly warmCpu: number
  /** Processor time from there on. */
  readonly cpu: number
  /** The part of `cpu` that the main thread took. */
  readonly mainThreadCpu: number
  /** From the first frame after the warm-up to the last chunk that was read. */
  readonly wall: number
  readonly peakMemory: number
  readonly lines: number
  readonly bytes: number
}

/** How long the contender rests after its first message, so that start-up does not count as steady cost. */
const restMillis = 1500
/** Chunks below this size can be the ticks of a clock, written long after the last frame. */
const tickBytes = 2048
/** A contender that wrote nothing for so long after the last frame has written everything. */
const quietMillis = 1000

export const measure = async (contender: Contender, server: FeedServer, load: Load): Promise<Measurement> => {
  const subscriber = server.nextSubscriber()
  const from = performance.now()
  const started = startContender(contender, server.url)
  let firstLine: number | undefined
  let last = 0
  let lines = 0
  let bytes = 0
  started.process.stdout.on("data", (chunk: Buffer) => {
    firstLine ??= performance.now()
    if (chunk.length >= tickBytes || last === 0) last = performance.now()
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  })
  const died = new Promise<never>((_, reject) =>
    started.process.once(
      "exit",
      (code) => reject(new Error(`${contender.name} ended with ${code} before it was stopped:\n${started.log()}`)),
    )
  )
  const run = async (): Promise<Measurement> => {
    const socket = await subscriber
    socket.send(load.frames[0]!, { binary: false })
    await sleep(restMillis)
    const before = processTimes(started.pid)
    const sendAndWait = async (frames: ReadonlyArray<Buffer>): Promise<number> => {
      const sendingFrom = performance.now()
      await sendAll(socket, frames)
      while (performance.now() - Math.max(last, sendingFrom) < quietMillis) await sleep(50)
      return sendingFrom
    }
    const warm = Math.max(load.warmFrames, 1)
    if (warm > 1) await sendAndWait(load.frames.slice(1, warm))
    const start = processTimes(started.pid)
    const sendingFrom = await sendAndWait(load.frames.slice(warm))
    const end = processTimes(started.pid)
    return {
      firstLineMillis: (firstLine ?? NaN) - from,
      startCpu: before.cpu,
      warmCpu: start.cpu - before.cpu,
      cpu: end.cpu - start.cpu,
      mainThreadCpu: end.mainThread - start.mainThread,
      wall: (last - sendingFrom) / 1000,
      peakMemory: end.peakMemory,
      lines,
      bytes,
    }
  }
  try {
    return await Promise.race([run(), died])
  } finally {
    died.catch(() => {})
    await started.stop()
  }
}
