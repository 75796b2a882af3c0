/** One path for a file, by whatever name it is reached. */
import { realpathSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** The absolute path with its links followed, as far as it exists. */
export const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    // It is not there yet, or may not be looked at: its folder may be.
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
