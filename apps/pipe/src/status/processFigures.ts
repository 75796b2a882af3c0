/** What this process uses, for its status. */
import type { ProcessFigures } from "@boltodds/protocol"
import { getHeapStatistics } from "node:v8"
import type { monitorEventLoopDelay } from "node:perf_hooks"
import { version } from "../commandLine/help.ts"

/** The delays are of a timer with this interval, and no finer. */
const resolutionMillis = 20

let delays: ReturnType<typeof monitorEventLoopDelay> | undefined

/** The figures now. The delays are those since the last call; the first call begins to measure them. */
export const processFigures = (): ProcessFigures => {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const figures = {
    version: version(),
    pid: process.pid,
    started_at: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    rss_bytes: rss,
    heap_used_bytes: heapUsed,
    heap_limit_bytes: getHeapStatistics().heap_size_limit,
    cpu_s: (user + system) / 1e6,
    loop_delay_p50_ms: delayOf(delays?.percentile(50)),
    loop_delay_p99_ms: delayOf(delays?.percentile(99)),
    loop_delay_max_ms: delayOf(delays?.max),
  }
  if (delays === undefined) {
    // Not imported: a start without a status does not load it.
    delays = process.getBuiltinModule("node:perf_hooks").monitorEventLoopDelay({ resolution: resolutionMillis })
    delays.enable()
  } else delays.reset()
  return figures
}

/** The histogram has the time between two turns of its timer; what is beyond its interval is the delay. */
const delayOf = (nanos: number | undefined): number =>
  nanos === undefined || delays?.count === 0 ? 0 : Math.max(0, Math.round((nanos / 1e6 - resolutionMillis) * 100) / 100)
