/** Files and modules by way of Node, Deno and Bun. */
import { type Exposure, namedSecretExposure, readNamed } from "@boltodds/machine"
import { fileText } from "@boltodds/text"
import { access, realpath } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** How a loader reaches what is outside the text. */
export interface Host {
  /** The folder of a file: where relative paths of a configuration start. */
  readonly folderOf: (file: string) => string
  /** The text of a file; relative paths start at `folder`. */
  readonly readFile: (path: string, folder: string) => Promise<string>
  /** Who besides its owner can read a file with a secret, and what to do; undefined for nobody. Default: nobody. */
  readonly secretExposure?: (path: string, folder: string) => Pick<Exposure, "found" | "advice"> | undefined
  /** The exports of a module: a path from `folder`, or a package that is installed there. */
  readonly importModule: (specifier: string, folder: string) => Promise<unknown>
  /**
   * The exports of a package as that module would import it: a plug-in may have a copy of Effect of its own. Rejects where
   * it has none.
   */
  readonly importBeside: (wanted: string, specifier: string, folder: string) => Promise<unknown>
}

/** More than any secret or certificate has: 8 MiB. */
const mostBytes = 8 * 1024 * 1024

/** The host that this runs on. */
export const nodeHost: Host = {
  folderOf: (file) => dirname(resolve(file)),
  readFile: async (path, folder) => {
    const { bytes } = await readNamed(resolve(folder, path), { maxBytes: mostBytes })
    // A certificate may have comments in any encoding.
    return fileText(bytes) ?? new TextDecoder().decode(bytes)
  },
  secretExposure: (path, folder) => namedSecretExposure(resolve(folder, path)),
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
