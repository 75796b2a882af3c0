/** Telling processes apart, also those that are gone. */
import { randomBytes } from "node:crypto"
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
  /** {@link processId} */
  readonly id: string
}

/** This process. */
export const thisProcess = (): ProcessRecord => ({ pid: process.pid, machine: hostname(), id: processId })

/** Whether a process runs; undefined where that cannot be seen from this machine. */
export const isRunning = ({ pid, machine, id }: ProcessRecord): boolean | undefined => {
  if (id === processId) return true
  if (machine !== hostname()) return undefined
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
  const { pid, machine, id } = value
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof machine === "string" &&
      typeof id === "string"
    ? { pid, machine, id }
    : undefined
}
