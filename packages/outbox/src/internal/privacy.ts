/**
 * Whose an outbox is. What is in one is delivered as ours, signed: so its files belong to this user, nobody else can
 * write to them, and nobody else can open them. A reader alone could hold SQLite's locks and have the log grow for ever.
 */
import { codeOf, type Exposure, fileExposure, folderExposure, linkExposure, ownUserId } from "@boltodds/machine"
import { chmodSync, closeSync, fchownSync, lstatSync, openSync } from "node:fs"
import { dirname } from "node:path"
import { OutboxError } from "../OutboxError.ts"

/** The files of an outbox. Only the first two are there before SQLite opens it. */
const filesOf = (path: string): ReadonlyArray<string> =>
  ["", ".lock", "-wal", "-shm", "-journal"].map((end) => path + end)

const statsOf = (file: string) => lstatSync(file, { throwIfNoEntry: false })

const exposed = (path: string, where: string, { found, advice }: Exposure): OutboxError =>
  new OutboxError("exposed", path, `Cannot use the outbox ${path}: ${where}: ${found}; ${advice}`)

/**
 * Throws an {@link OutboxError} where others could have made what is in the outbox. `wanted` is the path that was given,
 * `path` what links make of it, `own` the user whose it should be. Gives what is to be warned of: undefined for nothing.
 */
export const refuseExposed = (wanted: string, path: string, own: number | undefined): OutboxError | undefined => {
  let doubt: OutboxError | undefined
  const judge = (where: string, exposure: Exposure | undefined): void => {
    if (exposure === undefined) return
    const error = exposed(path, where, exposure)
    if (exposure.level === "unsafe") throw error
    doubt ??= error
  }
  // A link is as good as the folder that it lies in: who can write there can lead it elsewhere.
  for (const folder of new Set([dirname(wanted), dirname(path)])) {
    judge(`its folder ${folder}`, folderExposure(folder, own))
  }
  judge(wanted, linkExposure(wanted, own))
  for (const file of filesOf(path)) if (statsOf(file) !== undefined) judge(file, fileExposure(file, own))
  return doubt
}

/** Root may set right the outbox of another user; anybody else only an own one. */
export const ownerOf = (path: string): number | undefined => {
  const own = ownUserId()
  return own === 0 ? statsOf(path)?.uid ?? own : own
}

/**
 * Throws where one of the files is something that SQLite would wait for, or a link that leads elsewhere. Enough for
 * somebody who only looks.
 */
export const refuseIrregular = (path: string): void => {
  for (const file of filesOf(path)) {
    const stats = statsOf(file)
    if (stats === undefined || stats.isFile()) continue
    throw exposed(path, file, {
      level: "unsafe",
      found: "it is no regular file",
      advice: "find out who made it, and remove it",
    })
  }
}

/**
 * Makes the file and its lock where they are not there, and has nobody but their owner open any of them. SQLite gives its
 * log the mode of the file. Never through a descriptor of our own: closing it would let go of SQLite's locks.
 */
export const keepPrivate = (path: string): void => {
  make(path, undefined)
  // Root at work on the outbox of another: the owner must be able to take the lock again.
  make(`${path}.lock`, ownUserId() === 0 ? statsOf(path)?.uid : undefined)
  for (const file of filesOf(path)) {
    const stats = statsOf(file)
    if (stats === undefined || (stats.mode & 0o077) === 0) continue
    // By its name nothing is changed that another user could have put there since.
    if (stats.uid !== ownUserId() && ownUserId() !== undefined) continue
    try {
      chmodSync(file, 0o600)
    } catch (cause) {
      // File systems without modes.
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(codeOf(cause) ?? "")) throw cause
    }
  }
}

/** Makes a file anew or not at all: nothing can hold a lock on it yet. It is given to `owner` before it has a user. */
const make = (file: string, owner: number | undefined): void => {
  try {
    const descriptor = openSync(file, "wx", 0o600)
    try {
      if (owner !== undefined && owner !== 0) fchownSync(descriptor, owner, -1)
    } finally {
      closeSync(descriptor)
    }
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cause
  }
}
