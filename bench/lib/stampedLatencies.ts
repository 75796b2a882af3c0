/**
 * Latencies of messages that carry the time of their sending in a link, `?t=NANOSECONDS`, as their lines arrive.
 *
 * Server and reader are one process: there is one clock.
 */
import type { Readable } from "node:stream"

export interface Latencies {
  /** From here on latencies are kept. */
  start(): void
  /** All of them so far in milliseconds, sorted. */
  sorted(): ReadonlyArray<number>
}

/** A link with the time of now in it. */
export const stampedLink = (): string => `https://sportsbook.example.com/?t=${process.hrtime.bigint()}`

export const readLatencies = (output: Readable): Latencies => {
  const millis: Array<number> = []
  let measuring = false
  let rest = ""
  output.setEncoding("latin1")
  output.on("data", (chunk: string) => {
    const now = process.hrtime.bigint()
    if (!measuring) return
    const text = rest + chunk
    let from = 0
    let at = text.indexOf("?t=", from)
    for (; at >= 0; at = text.indexOf("?t=", from)) {
      const end = text.indexOf('"', at)
      if (end < 0) break
      millis.push(Number(now - BigInt(text.slice(at + 3, end))) / 1e6)
      from = end
    }
    rest = at >= 0 ? text.slice(at) : text.slice(-2)
  })
  return {
    start: () => {
      measuring = true
    },
    sorted: () => millis.toSorted((one, other) => one - other),
  }
}
