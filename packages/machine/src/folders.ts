/** Where the files of this user are that processes share. */
import { homedir } from "node:os"
import { join } from "node:path"

/** `$XDG_STATE_HOME/boltodds`, by default `~/.local/state/boltodds` (XDG Base Directory Specification). */
export const stateFolder = (): string => inHome("XDG_STATE_HOME", [".local", "state"])

/** `$XDG_CACHE_HOME/boltodds`, by default `~/.cache/boltodds` (XDG Base Directory Specification). */
export const cacheFolder = (): string => inHome("XDG_CACHE_HOME", [".cache"])

const inHome = (variable: string, otherwise: ReadonlyArray<string>): string => {
  const folder = process.env[variable]
  // The specification has relative paths ignored.
  return join(folder !== undefined && folder.startsWith("/") ? folder : join(homedir(), ...otherwise), "boltodds")
}
