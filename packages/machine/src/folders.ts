/** The folders of this user that processes share. */
import { mkdir } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { codeOf } from "./errorCodes.ts"
import { folderExposure } from "./exposure.ts"

/** `$XDG_STATE_HOME/boltodds`, by default `~/.local/state/boltodds` (XDG Base Directory Specification). */
export const stateFolder = (): string => inHome("XDG_STATE_HOME", [".local", "state"])

/** `$XDG_CACHE_HOME/boltodds`, by default `~/.cache/boltodds` (XDG Base Directory Specification). */
export const cacheFolder = (): string => inHome("XDG_CACHE_HOME", [".cache"])

const inHome = (variable: string, otherwise: ReadonlyArray<string>): string => {
  const folder = process.env[variable]
  // The specification has relative paths ignored.
  return join(folder !== undefined && folder.startsWith("/") ? folder : join(homedir(), ...otherwise), "boltodds")
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
  if (await make(folder)) return
  const exposure = folderExposure(folder)
  if (exposure?.level === "unsafe") throw new ExposedFolder(folder, exposure.found, exposure.advice)
}

/** Whether it was made: false where there was one already. */
const make = async (folder: string): Promise<boolean> => {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false
    const parent = dirname(folder)
    if (codeOf(cause) !== "ENOENT" || parent === folder) throw cause
    await make(parent)
    return mkdir(folder, { mode: 0o700 }).then(() => true, (again: unknown) => {
      // Another process was quicker.
      if (codeOf(again) === "EEXIST") return false
      throw again
    })
  }
}
