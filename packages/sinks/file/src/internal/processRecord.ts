/** Telling whether the process that wrote something down still runs. */
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import * as process from "node:process"

/** A process, as it is written down for others. */
export interface ProcessRecord {
  readonly pid: number
  /** The machine's name, or the container's. */
  readonly machine: string
  /** Where its pid counts (Linux): the machine's start and the pid namespace, which two containers do not share. */
  readonly namespace: string | undefined
  /** When it started, in the words of the system; with the pid it names one process (pids are used again). */
  readonly started: string
}

/** Field 22 of proc_pid_stat(5), and the state; the name in front of them may hold anything, but for its last `)`. */
const statOf = (pid: number): { readonly started: string; readonly state: string } | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(")").pop()!.trim().split(" ")
    return { state: fields[0] ?? "", started: fields[19] ?? "" }
  } catch {
    // Not Linux, or no such process, or hidden from us.
    return undefined
  }
}

const readNamespace = (): string | undefined => {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`
  } catch {
    return undefined
  }
}

/** This process. */
export const thisProcess = (): ProcessRecord => ({
  pid: process.pid,
  machine: hostname(),
  namespace: readNamespace(),
  started: statOf(process.pid)?.started ?? "",
})

/** Whether it is this very process. */
export const isThisProcess = (record: ProcessRecord): boolean => {
  const own = thisProcess()
  return record.pid === own.pid && record.machine === own.machine && record.namespace === own.namespace &&
    record.started === own.started
}

/** Whether a process runs; undefined where that cannot be seen from here (another machine, another container). */
export const isRunning = (record: ProcessRecord): boolean | undefined => {
  const own = thisProcess()
  if (record.namespace !== own.namespace || record.namespace === undefined && record.machine !== own.machine) {
    return undefined
  }
  try {
    process.kill(record.pid, 0)
  } catch (cause) {
    // EPERM: it is there, and another user's.
    if (!(cause instanceof Error && "code" in cause && cause.code === "EPERM")) return false
  }
  const stat = statOf(record.pid)
  // A zombie has ended; another start is another process with the same number.
  return stat === undefined || stat.state !== "Z" && (record.started === "" || stat.started === record.started)
}

/** Reads a {@link ProcessRecord} out of what a file held. */
export const processIn = (value: Readonly<Record<string, unknown>>): ProcessRecord | undefined => {
  const { pid, machine, namespace, started } = value
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof machine === "string" &&
      typeof started === "string"
    ? { pid, machine, namespace: typeof namespace === "string" ? namespace : undefined, started }
    : undefined
}
