/** The identity of processes, also of those that have ended. */
import { randomBytes } from "node:crypto"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

/**
 * A name for this process alone (for each of its threads another). A pid is not one: pids are used again, and in a
 * container every run of a program may have the same.
 */
export const processId: string = `${process.pid}-${randomBytes(4).toString("hex")}`

/** A process, as it is written to files that others read. */
export interface ProcessRecord {
  readonly pid: number
  /** The name of the machine, or of the container. */
  readonly machine: string
  /**
   * Where the pid counts: the machine's start and the pid namespace, which two containers do not share
   * (pid_namespaces(7)). Undefined where there is none: it is of Linux alone.
   */
  readonly namespace: string | undefined
  /** When the process started, in the system's own words; empty where that cannot be seen. With the pid it is unique. */
  readonly started: string
  /** {@link processId} */
  readonly id: string
}

/** Field 22 of proc_pid_stat(5), and the state. The name before them may hold anything but its last `)`. */
const statOf = (pid: number): { readonly started: string; readonly state: string } | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(")").pop()!.trim().split(" ")
    return { state: fields[0] ?? "", started: fields[19] ?? "" }
  } catch {
    // Not Linux, or no such process, or hidden from us.
    return undefined
  }
}

/** The first pid namespace has the same number on every machine: the id of the machine's start makes it unique. */
const readNamespace = (): string | undefined => {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`
  } catch {
    return undefined
  }
}

let read: Pick<ProcessRecord, "namespace" | "started"> | undefined

/** This process. */
export const thisProcess = (): ProcessRecord => {
  read ??= { namespace: readNamespace(), started: statOf(process.pid)?.started ?? "" }
  return { pid: process.pid, machine: hostname(), ...read, id: processId }
}

/** Whether it is this very process, whichever of its threads wrote the record. */
export const isThisProcess = (record: ProcessRecord): boolean => {
  const own = thisProcess()
  return record.id === own.id ||
    record.pid === own.pid && record.machine === own.machine && record.namespace === own.namespace &&
      record.started === own.started
}

/** Whether a process runs under the name of this machine, or did. */
export const isOfThisMachine = ({ machine }: ProcessRecord): boolean => machine === hostname()

/**
 * Whether a process runs. Undefined where that cannot be seen: it is of another machine or another container, or may be
 * another thread of this process.
 */
export const isRunning = (record: ProcessRecord): boolean | undefined => {
  const own = thisProcess()
  if (record.id === own.id) return true
  if (record.namespace !== own.namespace) return undefined
  if (record.namespace === undefined && record.machine !== own.machine) return undefined
  const isTimed = record.started !== "" && own.started !== ""
  if (record.pid === own.pid && !isTimed) return undefined
  try {
    process.kill(record.pid, 0)
  } catch (cause) {
    // EPERM: it exists, and is another user's.
    if (!(cause instanceof Error && "code" in cause && cause.code === "EPERM")) return false
  }
  const stat = statOf(record.pid)
  // A zombie has ended. Another start is another process with the same pid.
  return stat === undefined || stat.state !== "Z" && (record.started === "" || stat.started === record.started)
}

/** The {@link ProcessRecord} in what a file held; undefined where there is none. */
export const processIn = (value: Readonly<Record<string, unknown>>): ProcessRecord | undefined => {
  const { pid, machine, namespace, started, id } = value
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof machine === "string" &&
      typeof id === "string"
    ? {
      pid,
      machine,
      namespace: typeof namespace === "string" ? namespace : undefined,
      started: typeof started === "string" ? started : "",
      id,
    }
    : undefined
}
