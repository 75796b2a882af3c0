/**
 * Who besides this user can put something where we read and write. By owner and mode, as ssh does it (`StrictModes` of
 * sshd_config(5)). Systems without owners, such as Windows, expose nothing.
 */
import { randomBytes } from "node:crypto"
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { codeOf } from "./errorCodes.ts"

/** What others can do to a path, and what to do about it. */
export interface Exposure {
  /** `unsafe`: do not use it · `doubtful`: use it and warn: it may have been set up this way on purpose. */
  readonly level: "unsafe" | "doubtful"
  /** Such as `others can write in it (mode 1777)`. */
  readonly found: string
  /** Such as `run: chmod 700 /data`. */
  readonly advice: string
}

/** The user id that this process acts as; undefined where the system has none. */
export const ownUserId = (): number | undefined => {
  try {
    return typeof process.geteuid === "function" ? process.geteuid() : undefined
  } catch {
    // Deno without --allow-sys.
    return undefined
  }
}

/** Whether it belongs to this user or to root, who can do everything anyway. */
export const isTrustedOwner = (userId: number): boolean => {
  const own = ownUserId()
  return own === undefined || userId === own || userId === 0
}

const writableByGroup = 0o020
const writableByOthers = 0o002
const sticky = 0o1000

/**
 * A group of the user alone, as most Linux systems give every user one with the user's own number: with the usual umask
 * of 002 all folders there are writable by it.
 */
const isOwnGroup = ({ uid, gid }: Pick<Stats, "uid" | "gid">): boolean => gid === uid

/** Who besides the owner can write to something with these stats; undefined where nobody can. */
export const writersOf = (stats: Pick<Stats, "mode" | "uid" | "gid">): "others" | "group" | undefined => {
  if (ownUserId() === undefined) return undefined
  if ((stats.mode & writableByOthers) !== 0) return "others"
  return (stats.mode & writableByGroup) !== 0 && !isOwnGroup(stats) ? "group" : undefined
}

const modeText = ({ mode }: Pick<Stats, "mode">): string => (mode & 0o7777).toString(8).padStart(4, "0")

/**
 * What others can do in a folder that exists; undefined where they can do nothing. Links are followed, but not one that
 * another user made.
 *
 * Folders that others can write in, or that belong to another user, are `unsafe`: files in them may be forged. A folder
 * that was mounted for this process, like a volume of a container, is only `doubtful`, and so is one that a group can
 * write in. `own` is the user that it should belong to, by default this one.
 */
export const folderExposure = (folder: string, own: number | undefined = ownUserId()): Exposure | undefined => {
  if (own === undefined) return undefined
  const link = linkExposure(folder, own)
  if (link !== undefined) return link
  const real = realpathSync(folder)
  const stats = lstatSync(real)
  const writers = writersOf(stats)
  if (writers === "others") {
    const found = `others can write in it (mode ${modeText(stats)})`
    const isAccepted = isVolume(real, stats) || !keepsModes(real)
    return { level: isAccepted ? "doubtful" : "unsafe", found, advice: folderAdvice(real, stats, own) }
  }
  if (stats.uid !== own && stats.uid !== 0) {
    const found = `it belongs to another user (uid ${stats.uid}, not ${own})`
    return {
      level: isVolume(real, stats) ? "doubtful" : "unsafe",
      found,
      advice: `run: chown ${own} ${word(real)}, run as its owner, or use a folder of your own`,
    }
  }
  if (writers === "group") {
    const found = `the group ${stats.gid} can write in it (mode ${modeText(stats)})`
    return { level: "doubtful", found, advice: folderAdvice(real, stats, own) }
  }
  return undefined
}

/** Of a link itself, wherever it leads; undefined where the path is no link, or one made by `own` or by root. */
export const linkExposure = (path: string, own: number | undefined = ownUserId()): Exposure | undefined => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (own === undefined || stats?.isSymbolicLink() !== true || stats.uid === own || stats.uid === 0) return undefined
  return {
    level: "unsafe",
    found: `it is a link that another user made (uid ${stats.uid})`,
    advice: `remove ${word(path)}`,
  }
}

/** Whether another user made this in a folder where everybody can: it may be anything. Throws where there is no such file. */
export const isPlanted = (path: string): boolean =>
  !isTrustedOwner(lstatSync(path).uid) && writersOf(lstatSync(realpathSync(dirname(path)))) === "others"

/**
 * Whether another user than root can put something else in the place of what exists, or is about to be made, at a path:
 * a folder above it belongs to another user, or others can write in it and it is not sticky.
 */
export const isReplaceable = (path: string): boolean => {
  const above = dirname(existsSync(path) ? realpathSync(path) : path)
  if (!existsSync(above)) return isReplaceable(above)
  const stats = statSync(above)
  if (!isTrustedOwner(stats.uid) || writersOf(stats) !== undefined && (stats.mode & sticky) === 0) return true
  return dirname(above) !== above && isReplaceable(above)
}

/** A folder for everybody, like /tmp, always stays so. */
const folderAdvice = (folder: string, { uid, mode }: Stats, own: number): string =>
  uid === own && (mode & sticky) === 0
    ? `run: chmod 700 ${word(folder)}`
    : `use a folder of your own in it, such as ${join(folder, "boltodds")}: it is made with mode 0700`

/** A path as a shell takes it for one word. */
const word = (path: string): string => /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

/**
 * What others can do to a file that exists; undefined where they can do nothing. A link is not followed: it is `unsafe`.
 * `own` is the user that it should belong to, by default this one.
 */
export const fileExposure = (file: string, own: number | undefined = ownUserId()): Exposure | undefined => {
  const stats = lstatSync(file)
  if (!stats.isFile()) {
    const what = stats.isSymbolicLink() ? "a symbolic link" : "no regular file"
    return { level: "unsafe", found: `it is ${what}`, advice: `find out who made it, and remove it` }
  }
  if (own === undefined) return undefined
  if (stats.uid !== own) {
    const found = `it belongs to another user (uid ${stats.uid}, not ${own})`
    const advice = `run as that user; or, where you know its content to be yours, run: chown ${own} ${word(file)}`
    return { level: "unsafe", found, advice }
  }
  const writers = writersOf(stats)
  if (writers === undefined || !keepsModes(dirname(file))) return undefined
  return {
    level: writers === "others" ? "unsafe" : "doubtful",
    found: `${writers === "others" ? "others" : `the group ${stats.gid}`} can write to it (mode ${modeText(stats)})`,
    advice: `run: chmod 600 ${word(file)}`,
  }
}

/**
 * Who besides its owner can read a file that holds a secret; undefined where nobody can, and for pipes. Its group may
 * read what belongs to root: that is how services get their secrets. On a read-only file system (secrets of a container)
 * nobody here can change the mode, and nothing is said. `isReadOnly` is asked only when it matters.
 */
export const secretExposure = (
  file: string,
  stats: Pick<Stats, "mode" | "uid" | "gid" | "isFile">,
  isReadOnly: () => boolean,
): Exposure | undefined => {
  const own = ownUserId()
  if (own === undefined || !stats.isFile()) return undefined
  const mayGroup = stats.uid === 0 && own !== 0 || isOwnGroup(stats)
  if ((stats.mode & (mayGroup ? 0o004 : 0o044)) === 0 || isReadOnly()) return undefined
  const who = (stats.mode & 0o004) !== 0 ? "every user of this machine" : `the group ${stats.gid}`
  const advice = stats.uid === 0 && own !== 0
    ? `have root run: chmod 640 ${word(file)}`
    : `run: chmod 600 ${word(file)}`
  return { level: "doubtful", found: `${who} can read it (mode ${modeText(stats)})`, advice }
}

/** Whether a folder was mounted by itself and is not one for everybody, like /tmp: what containers get as volumes. */
const isVolume = (real: string, stats: Stats): boolean => (stats.mode & sticky) === 0 && isMountPoint(real, stats)

const isMountPoint = (real: string, { dev }: Stats): boolean => {
  const above = dirname(real)
  if (above === real) return false
  if (lstatSync(above).dev !== dev) return true
  try {
    // Of the same device too: a bind mount. The fifth field is the place (proc_pid_mountinfo(5)).
    return readFileSync("/proc/self/mountinfo", "utf8").split("\n").some((line) => plainOf(line.split(" ")[4]) === real)
  } catch {
    // Not Linux.
    return false
  }
}

const plainOf = (escaped: string | undefined): string | undefined =>
  escaped?.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Whether modes mean anything there: file systems of other systems (FAT, SMB, drives in WSL) show one mode for all. */
const keepsModes = (folder: string): boolean => {
  const probe = join(folder, `.boltodds-mode-${randomBytes(8).toString("hex")}`)
  try {
    const descriptor = openSync(probe, "wx", 0o600)
    try {
      return (fstatSync(descriptor).mode & 0o077) === 0
    } finally {
      closeSync(descriptor)
      rmSync(probe, { force: true })
    }
  } catch (cause) {
    // Nothing can be made there: what is there is as it looks.
    if (["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOENT"].includes(codeOf(cause) ?? "")) return true
    throw cause
  }
}
