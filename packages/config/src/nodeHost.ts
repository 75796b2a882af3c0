/** Files and modules by way of Node, Deno and Bun. */
import { access, readFile, realpath } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** How a loader reaches what is outside the text. */
export interface Host {
  /** The folder of a file: where relative paths of a configuration start. */
  readonly folderOf: (file: string) => string
  /** The text of a file; relative paths start at `folder`. */
  readonly readFile: (path: string, folder: string) => Promise<string>
  /** The exports of a module: a path from `folder`, or a package that is installed there. */
  readonly importModule: (specifier: string, folder: string) => Promise<unknown>
  /**
   * The exports of a package as that module would import it: a plug-in may have a copy of Effect of its own. Rejects where
   * it has none.
   */
  readonly importBeside: (wanted: string, specifier: string, folder: string) => Promise<unknown>
}

/** The host that this runs on. */
export const nodeHost: Host = {
  folderOf: (file) => dirname(resolve(file)),
  readFile: (path, folder) => readFile(resolve(folder, path), "utf8"),
  importModule: async (specifier, folder) => {
    const path = pathOf(specifier, folder)
    // Node would say that it was imported from here.
    if (!await access(path).then(() => true, () => false)) throw new Error(`there is no file ${path}`)
    return await import(pathToFileURL(path).href)
  },
  importBeside: async (wanted, specifier, folder) => {
    // Links are followed, as an import does: what is installed is found from where a package really is.
    const module = await realpath(pathOf(specifier, folder))
    return await import(pathToFileURL(createRequire(module).resolve(wanted)).href)
  },
}

const pathOf = (specifier: string, folder: string): string => {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier)
  if (specifier.startsWith(".") || isAbsolute(specifier)) return resolve(folder, specifier)
  // What is installed beside the configuration, not beside this package.
  return createRequire(join(folder, "_")).resolve(specifier)
}
