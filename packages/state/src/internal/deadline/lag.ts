/**
 * How late the updates of one sportsbook arrive: the median lag (arrival minus the server's time) of its newest live
 * updates, against the smallest such median on this connection. The clocks of both sides differ, so only growth counts.
 *
 * Cheap by sampling: at most one update in 250 ms is looked at, so a frame with many updates counts once. The window is
 * the newest 9 samples; those older than a minute are left out while 3 remain. One odd stamp in it changes nothing.
 *
 * `level` fills while the lag is above its bound and drains while it is not: once full the sportsbook is late, once empty
 * it is on time again. A few updates on the other side of the bound delay a verdict and do not prevent it.
 */
import type { Millis } from "@boltodds/protocol"

const sampleMillis = 250
const windowSize = 9
const windowMillis = 60_000
/** With fewer, one odd stamp would be the median. */
const leastSamples = 3

/** The lag of one sportsbook on one connection. */
export interface Lag {
  /** When each sample arrived, the oldest first, and its lag. */
  readonly arrivals: Array<Millis>
  readonly lags: Array<Millis>
  /** No sample is taken before this. */
  nextAt: Millis
  /** Of the samples in the window. */
  median: Millis
  /** The smallest median of this connection. */
  smallest: Millis
  /** Whether the lag is above its bound, and when that last changed. */
  over: boolean
  since: Millis
  /** How full it was then: from 0 (on time) to `lateForMillis` (late). */
  level: Millis
}

/** The lag before any sample. */
export const makeLag = (at: Millis): Lag => ({
  arrivals: [],
  lags: [],
  nextAt: at,
  median: 0,
  smallest: Infinity,
  over: false,
  since: at,
  level: 0,
})

/** A copy that can be changed alone. */
export const copyLag = (lag: Lag): Lag => ({ ...lag, arrivals: [...lag.arrivals], lags: [...lag.lags] })

/** Takes a sample. */
export const sampleLag = (lag: Lag, at: Millis, millis: Millis): void => {
  const { arrivals, lags } = lag
  arrivals.push(at)
  lags.push(millis)
  while (lags.length > windowSize || (lags.length > leastSamples && arrivals[0]! < at - windowMillis)) {
    arrivals.shift()
    lags.shift()
  }
  lag.nextAt = at + sampleMillis
  // Of an even number the lower one: half of them is not yet most of them.
  lag.median = [...lags].sort((a, b) => a - b)[(lags.length - 1) >> 1]!
  lag.smallest = Math.min(lag.smallest, lag.median)
}

/** How much later updates arrive than they did at best on this connection. */
export const excessOf = ({ median, smallest }: Lag): Millis => median - smallest

/** Decides whether the lag is above its bound; true where that changed. */
export const judgeLag = (lag: Lag, at: Millis, lateMillis: Millis, lateForMillis: Millis): boolean => {
  const over = lag.lags.length >= leastSamples && excessOf(lag) >= lateMillis
  if (over === lag.over) return false
  const passed = at - lag.since
  lag.level = lag.over ? Math.min(lateForMillis, lag.level + passed) : Math.max(0, lag.level - passed)
  lag.since = at
  lag.over = over
  return true
}

/** When the level reaches the end that it moves to. */
export const levelDueAt = ({ over, since, level }: Lag, lateForMillis: Millis): Millis =>
  since + (over ? lateForMillis - level : level)
