/**
 * One owner for each template: a file beside what it writes says who that is.
 *
 * Each process that wants a lock writes it down under a name of its own, then looks at all others. It has the lock only
 * where no other lives; two that see each other both withdraw and try again. So there is no moment at which two have it,
 * and the file of a dead owner is never taken over, only removed.
 *
 * Locks are found by looking around, so anybody who can write in the folder can make one: only those of this user and of
 * root count.
 */
import {
  codeOf,
  isRunning,
  isThisProcess,
  isTrustedOwner,
  objectIn,
  ownUserId,
  processIn,
  type ProcessRecord,
  readFound,
  thisProcess,
  writersOf,
} from "@boltodds/machine"
import { createHash, randomBytes } from "node:crypto"
import { lstat, readdir, rm, utimes, writeFile } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import { attempt, FileError } from "../FileError.ts"
import { type Compress, parsePathTemplate, type PathTemplate } from "../PathTemplate.ts"
import { depthFits } from "./scan.ts"

/** A lock that is held. */
export interface FileLock {
  readonly path: string
  /** Shows other machines and containers, which cannot see this process, that it lives. */
  readonly refresh: () => Promise<void>
  readonly release: () => Promise<void>
}

/** An owner whose process cannot be seen is taken for dead when its lock was not refreshed for this long. */
const freshMillis = 30_000
/** How often a lock is refreshed. */
export const refreshMillis = 5_000
/** Two that start together and see each other; one that has the lock keeps it through all of them. */
const attempts = 8

/** The locks of this process, of whichever copy of this module. */
const held: Set<string> =
  ((globalThis as { [key: symbol]: unknown })[Symbol.for("@boltodds/sink-file/locks")] ??= new Set<string>()) as Set<
    string
  >

interface Owner extends ProcessRecord {
  /** Of this lock alone; its file is named after it. */
  readonly lock: string
  readonly base: string
  readonly rest: string
  readonly compress: Compress
}

const prefixOf = (template: PathTemplate, compress: Compress): string =>
  `.boltodds-${createHash("sha256").update(`${template.rest}\n${compress}`).digest("hex").slice(0, 12)}-`

/** Takes the lock of a template, in its base folder. Fails where another lives. */
export const takeLock = async (template: PathTemplate, base: string, compress: Compress): Promise<FileLock> => {
  const lock = randomBytes(8).toString("hex")
  const prefix = prefixOf(template, compress)
  const path = join(base, `${prefix}${lock}.lock`)
  const owner: Owner = { ...thisProcess(), lock, base, rest: template.rest, compress }
  held.add(lock)
  try {
    for (let tried = 1;; tried++) {
      await attempt("lock", template.text, () => writeFile(path, JSON.stringify(owner), { flag: "wx", mode: 0o600 }))
      const other = await livingOther(base, prefix, lock)
      if (other === undefined) break
      await rm(path, { force: true })
      if (tried === attempts) throw inUse(template.text, other)
      await new Promise((done) => setTimeout(done, Math.random() * 20 * tried))
    }
  } catch (cause) {
    held.delete(lock)
    await rm(path, { force: true }).catch(() => {
      // It counts for nobody: it is not held.
    })
    throw cause
  }
  return {
    path,
    refresh: () =>
      attempt("refresh the lock", path, async () => {
        const now = new Date()
        try {
          await utimes(path, now, now)
        } catch (cause) {
          if (codeOf(cause) !== "ENOENT") throw cause
          // It was deleted: without it the next process would take our files for those of a dead one.
          await writeFile(path, JSON.stringify(owner), { flag: "wx", mode: 0o600 })
        }
      }),
    release: async () => {
      held.delete(lock)
      await attempt("remove the lock", path, () => rm(path, { force: true }))
    },
  }
}

interface Found {
  readonly path: string
  readonly owner: Owner | undefined
}

const inUse = (what: string, { path, owner }: Found): FileError => {
  const who = owner === undefined
    ? "another process"
    : isThisProcess(owner)
    ? "another sink of this process"
    : `process ${owner.pid} on ${owner.machine}`
  return new FileError(
    "write",
    what,
    new Error(`${who} writes there; give each its own path, or end the other (its lock is ${path})`),
    true,
  )
}

/** Another lock of the same template whose owner lives. Those of the dead are removed. */
const livingOther = async (folder: string, prefix: string, own: string): Promise<Found | undefined> => {
  for (const name of await attempt("read", folder, () => readdir(folder))) {
    if (!name.startsWith(prefix) || !name.endsWith(".lock") || name.includes(own)) continue
    const found = await look(join(folder, name))
    if (found !== undefined) return found
  }
  return undefined
}

/** More than any lock has, in bytes. */
const maxBytes = 8192

type Trust = (userId: number) => boolean

/** A lock whose owner lives; undefined otherwise, and then it is removed. What a stranger made counts for nothing. */
const look = async (path: string, trusts: Trust = isTrustedOwner): Promise<Found | undefined> => {
  try {
    const found = await readFound(path, maxBytes, trusts)
    if (found === undefined) return undefined
    const owner = ownerIn(found.text)
    if (lives(owner, Date.now() - found.changedAt)) return { path, owner }
    await rm(path, { force: true }).catch(() => {
      // It does no harm where it is.
    })
    return undefined
  } catch (cause) {
    // Another user's, for that user alone to read.
    if (codeOf(cause) === "EACCES") return unreadable(path, trusts)
    throw new FileError("read the lock", path, cause)
  }
}

/** What counts of a lock that we may not read is that it is kept fresh. */
const unreadable = async (path: string, trusts: Trust): Promise<Found | undefined> => {
  const stats = await lstat(path).catch(() => undefined)
  const isLock = stats?.isFile() === true && trusts(stats.uid) && lives(undefined, Date.now() - stats.mtimeMs)
  return isLock ? { path, owner: undefined } : undefined
}

const lives = (owner: Owner | undefined, ageMillis: number): boolean => {
  if (owner !== undefined && held.has(owner.lock)) return true
  // Half written, another thread of this process, or a process out of sight: what counts is that it is kept fresh.
  const running = owner === undefined || isThisProcess(owner) ? undefined : isRunning(owner)
  return running ?? Math.abs(ageMillis) < freshMillis
}

/** Undefined for what is half written. */
const ownerIn = (text: string): Owner | undefined => {
  const value = objectIn(text)
  const process = value === undefined ? undefined : processIn(value)
  if (value === undefined || process === undefined) return undefined
  const { lock, base, rest, compress } = value
  if (typeof lock !== "string" || typeof base !== "string" || typeof rest !== "string") return undefined
  return { ...process, lock, base, rest, compress: compress === "gzip" || compress === "zstd" ? compress : "none" }
}

/**
 * Fails where another living sink, of another template that can make the same path, writes this file. Its lock lies in
 * one of the folders above it.
 *
 * The search goes up as long as folders are ours alone; the first that is not is the last. Of a file of another user the
 * locks of that user count too, where not everybody can write in the folder.
 */
export const refuseForeign = async (file: string, own: FileLock): Promise<void> => {
  const { uid } = await attempt("look at", file, () => lstat(file))
  for (let folder = dirname(file);; folder = dirname(folder)) {
    const stats = await lstat(folder).catch(() => undefined)
    const isShared = stats === undefined || writersOf(stats) === "others"
    const trusts: Trust = (userId) => isTrustedOwner(userId) || !isShared && userId === uid
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      if (!/^\.boltodds-[0-9a-f]{12}-[0-9a-f]{16}\.lock$/.test(name) || path === own.path) continue
      const found = await look(path, trusts).catch(() => undefined)
      if (found === undefined) continue
      // What another user's lock says may be for that user alone to read.
      if (found.owner === undefined ? !isOwn(uid) : makes(found.owner, file)) throw inUse(file, found)
    }
    if (folder === dirname(folder) || stats === undefined || !isOwn(stats.uid) || writersOf(stats) !== undefined) return
  }
}

const isOwn = (userId: number): boolean => ownUserId() === undefined || userId === ownUserId()

const makes = ({ base, rest, compress }: Owner, file: string): boolean => {
  try {
    return depthFits(parsePathTemplate(rest, { compress }), relative(base, file).split(sep))
  } catch {
    // Of another version of this package: it may.
    return true
  }
}
