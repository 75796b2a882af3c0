/** Telling processes apart, also those that are gone. */
import { randomBytes } from "node:crypto"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import * as process from "node:process"

/**
 * Of this process alone. A pid is not: in a container every run of a program may have the same one.
 */
export const processId: string = `${process.pid}-${randomBytes(4).toString("hex")}`

/** A process as it is written down for others. */
export interface ProcessRecord {
  readonly pid: number
  /** The machine's name, or the container's. */
  readonly machine: string
  /** Where its pid counts: two containers may share a name, and each has a process 1. Undefined where there is no such. */
  readonly namespace: string | undefined
  /** {@link processId} */
  readonly id: string
}

/**
 * The pid namespace, of Linux alone (pid_namespaces(7)). Its number is unique until the machine starts anew, and the
 * first one has the same number on every machine: so with it goes the id of the start.
 */
const readNamespace = (): string | undefined => {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`
  } catch {
    return undefined
  }
}

let read: { readonly namespace: string | undefined } | undefined

/** This process. */
export const thisProcess = (): ProcessRecord => {
  read ??= { namespace: readNamespace() }
  return { pid: process.pid, machine: hostname(), namespace: read.namespace, id: processId }
}

/** Whether a process ran under our machine's name. */
export const isOfThisMachine = ({ machine }: ProcessRecord): boolean => machine === hostname()

/** Whether a process runs; undefined where that cannot be seen from this machine, or from this container. */
export const isRunning = (record: ProcessRecord): boolean | undefined => {
  const { pid, namespace, id } = record
  if (id === processId) return true
  if (!isOfThisMachine(record)) return undefined
  if (namespace !== undefined && namespace !== thisProcess().namespace) return undefined
  // Our own number under another name: a process before us had it.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // EPERM: it is there, and another user's.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

/** Reads a {@link ProcessRecord} out of what a file held. */
export const processIn = (value: Readonly<Record<string, unknown>>): ProcessRecord | undefined => {
  const { pid, machine, namespace, id } = value
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof machine === "string" &&
      typeof id === "string"
    ? { pid, machine, namespace: typeof namespace === "string" ? namespace : undefined, id }
    : undefined
}
