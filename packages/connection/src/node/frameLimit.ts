/** The largest frame that this process accepts. */
import * as os from "node:os"
import * as process from "node:process"
import * as v8 from "node:v8"

const mebibyte = 1024 * 1024
const least = 64 * mebibyte
const most = 256 * mebibyte

/**
 * The largest frame to accept, in bytes: an eighth of V8's heap limit or of the memory this process may use, whichever is
 * smaller; at least 64 MiB (the first burst of the feed is tens of MiB) and at most 256 MiB.
 *
 * The memory is that of the machine, or of the container (its cgroup limit) if the runtime reports it.
 */
export const frameLimitBytes = (): number => frameLimitFor(os.totalmem(), constrained(), heapLimit())

/** The rule, in bytes. A memory limit of 0 or above the total counts as none, and so does a heap limit of 0. */
export const frameLimitFor = (totalBytes: number, limitBytes: number, heapBytes: number = 0): number => {
  const memory = limitBytes > 0 && limitBytes < totalBytes ? limitBytes : totalBytes
  const smaller = heapBytes > 0 ? Math.min(memory, heapBytes) : memory
  return Math.max(least, Math.min(most, Math.floor(smaller / 8)))
}

// Not every runtime with `node:` modules has it.
const constrained = (): number => typeof process.constrainedMemory === "function" ? process.constrainedMemory() : 0
const heapLimit = (): number => v8.getHeapStatistics().heap_size_limit
