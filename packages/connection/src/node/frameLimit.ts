/** How large a frame may be on this machine. */
import * as os from "node:os"
import * as process from "node:process"

const mebibyte = 1024 * 1024

/**
 * The largest frame to accept, in bytes: 256 MiB or an eighth of the memory this process may use, whichever is smaller.
 *
 * The memory is the machine's or the container's (its cgroup limit), where the runtime tells it.
 */
export const frameLimitBytes = (): number => frameLimitFor(os.totalmem(), constrained())

/** The rule by itself: both in bytes; a limit of 0 or beyond the total counts as none. */
export const frameLimitFor = (totalBytes: number, limitBytes: number): number => {
  const memory = limitBytes > 0 && limitBytes < totalBytes ? limitBytes : totalBytes
  return Math.max(mebibyte, Math.min(256 * mebibyte, Math.floor(memory / 8)))
}

// Not every runtime with node: modules has it.
const constrained = (): number => typeof process.constrainedMemory === "function" ? process.constrainedMemory() : 0
