/** Processor time and memory of another process, as the kernel counts them. Needs /proc (Linux). */
import { readFileSync } from "node:fs"

export interface ProcessTimes {
  /** Seconds of processor time of all threads, user and system. */
  readonly cpu: number
  /** Seconds of the main thread alone: the rest is garbage collection, compilation and input and output. */
  readonly mainThread: number
  /** Resident memory now, and at its highest, in MiB. */
  readonly memory: number
  readonly peakMemory: number
}

/** The processor time of the processes that this one started and that have ended, such as those of connections. */
export const endedChildrenCpu = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return (Number(fields[13]) + Number(fields[14])) / 100
}

const cpuSeconds = (path: string): number => {
  const fields = readFileSync(path, "utf8").split(") ")[1]!.split(" ")
  // Fields 14 and 15 of proc(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The times of a process that runs. Throws where it has ended. */
export const processTimes = (pid: number): ProcessTimes => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const mebibytes = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  return {
    cpu: cpuSeconds(`/proc/${pid}/stat`),
    mainThread: cpuSeconds(`/proc/${pid}/task/${pid}/stat`),
    memory: mebibytes("VmRSS"),
    peakMemory: mebibytes("VmHWM"),
  }
}
