/** How much longer than on an idle machine a test may wait for what other processes do. */
import { availableParallelism, loadavg } from "node:os"

/**
 * The factor by which time-outs of tests grow: 1 on an idle machine, more where the machine is busy already. Set
 * `BOLTODDS_PATIENCE` to choose it.
 */
export const patience = (): number => {
  const chosen = Number(process.env["BOLTODDS_PATIENCE"])
  if (chosen >= 1) return chosen
  const [minute = 0, fiveMinutes = 0] = loadavg()
  return Math.min(4, Math.max(1, 2 * Math.max(minute, fiveMinutes) / availableParallelism()))
}
