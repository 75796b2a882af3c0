/** `/v1/health`. */
import type { RestAnswer } from "@boltodds/feed-server"
import type { HealthStatus } from "../stream/Health.ts"
import type { RecordStream } from "../stream/RecordStream.ts"

/** The worst first. */
const order: ReadonlyArray<HealthStatus> = ["stopped", "starting", "lossy", "stale", "gap", "live"]

/**
 * HTTP 200 while records come, 503 before the first and after the last. The body: `status`, the worst of all streams, and
 * what each stream counts.
 */
export const healthAnswer = (streams: ReadonlyMap<string, RecordStream<never>>): RestAnswer => {
  const each = [...streams.values()].map(({ records, health, counts }) => ({
    emit: records.emit,
    run: records.run,
    status: health.status,
    ...counts,
  }))
  const status = order.find((one) => each.some((stream) => stream.status === one)) ?? "starting"
  return {
    status: status === "starting" || status === "stopped" ? 503 : 200,
    body: JSON.stringify({ status, streams: each }),
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  }
}
