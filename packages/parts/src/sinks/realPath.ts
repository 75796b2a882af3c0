/** The one path of a file that has several names. */
import { realpathSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** The absolute path with its links followed, as far as it exists. */
export const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    // The file does not exist yet or cannot be looked at, but its folder may.
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
