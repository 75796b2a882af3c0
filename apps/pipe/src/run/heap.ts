/** The memory that the engine gives this process. */
import { getHeapStatistics } from "node:v8"

/** V8's heap limit includes its young generation, where nothing stays: three spaces of 64 MiB. */
const youngBytes = 192 * 1024 * 1024

/** What may be kept in V8's heap, in bytes: its limit without the young generation. */
export const lastingHeap = (limit: number = getHeapStatistics().heap_size_limit): number =>
  Math.floor(Math.max(limit - youngBytes, limit / 4))
