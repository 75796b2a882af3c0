/** The folders of this user that processes share. */
import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs"
import { homedir, userInfo } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { codeOf } from "./errorCodes.ts"
import { folderExposure, isReplaceable, ownUserId } from "./exposure.ts"

/** `$XDG_STATE_HOME/boltodds`, by default `~/.local/state/boltodds` (XDG Base Directory Specification). */
export const stateFolder = (): string => inHome("XDG_STATE_HOME", [".local", "state"])

/** `$XDG_CACHE_HOME/boltodds`, by default `~/.cache/boltodds` (XDG Base Directory Specification). */
export const cacheFolder = (): string => inHome("XDG_CACHE_HOME", [".cache"])

const inHome = (variable: string, otherwise: ReadonlyArray<string>): string => {
  const folder = process.env[variable]
  // The specification has relative paths ignored.
  return join(folder !== undefined && isAbsolute(folder) ? folder : join(homeFolder(), ...otherwise), "boltodds")
}

/** Never relative: what is stored must not depend on the folder that a command is started in. */
const homeFolder = (): string => {
  // HOME as it is, where it is set.
  const home = homedir()
  if (isAbsolute(home)) return home
  try {
    const { homedir: listed } = userInfo()
    if (isAbsolute(listed)) return listed
  } catch {
    // A user that the system does not list, as in a container.
  }
  // As containers set it for such users.
  return "/"
}

/** A folder is not used because others could forge what is in it. The message says which, and what to do. */
export class ExposedFolder extends Error {
  readonly _tag = "ExposedFolder"
  override readonly name: string = "ExposedFolder"
  readonly folder: string

  constructor(folder: string, found: string, advice: string) {
    super(`${folder} is not used, because ${found}; ${advice}`)
    this.folder = folder
  }
}

/**
 * Makes a folder and those above it, for this user alone. Rejects with {@link ExposedFolder} where it is there already
 * and others could forge files in it.
 *
 * Not mkdir's own `recursive`: Node tries for ever where a folder exists and nothing can be made in it for ENOENT, as
 * in /proc or a folder that was deleted under us.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  if (make(folder)) return
  const exposure = folderExposure(folder)
  if (exposure?.level === "unsafe") throw new ExposedFolder(folder, exposure.found, exposure.advice)
}

/**
 * Makes a folder, and those above it, for code that is executed from it. Returns its real path, or undefined
 * where another user could write in it or in the one above, or replace either. Nothing is made in a folder of another
 * user: root leaves nothing in the home of a user.
 */
export const makeCodeFolder = (folder: string): string | undefined => {
  if (!isAbsolute(folder)) return undefined
  for (const each of [dirname(folder), folder]) {
    if (isReplaceable(each)) return undefined
    make(each)
    if (!isOwnAlone(each)) return undefined
  }
  // Links can change after they were looked at; the real path cannot, where nobody can replace a folder of it.
  const real = realpathSync(folder)
  return isOwnAlone(real) && isOwnAlone(dirname(real)) && !isReplaceable(real) ? real : undefined
}

const isOwnAlone = (folder: string): boolean => {
  const own = ownUserId()
  return folderExposure(folder) === undefined && (own === undefined || statSync(folder).uid === own)
}

/** Whether it was made: false where there was one already. */
const make = (folder: string): boolean => {
  const parent = dirname(folder)
  if (parent !== folder && !existsSync(parent)) make(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch (cause) {
    // Another process may have been quicker.
    if (codeOf(cause) === "EEXIST") return false
    throw cause
  }
}
