/** Finding the files that a template made. */
import { codeOf } from "@boltodds/machine"
import type { Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { attempt } from "../FileError.ts"
import type { MatchedName, PathTemplate } from "../PathTemplate.ts"

/** A file whose path is the template's. */
export interface FoundFile extends MatchedName {
  readonly folder: string
  readonly path: string
  readonly bytes: number
  /** Wall time in milliseconds. */
  readonly changedAt: number
}

/** Whether these names, from the base down, are a path of the template. */
export const depthFits = (template: PathTemplate, names: ReadonlyArray<string>): boolean =>
  names.length === template.depth + 1 &&
  names.every((name, index) =>
    index < template.depth ? template.matchesFolder(index, name) : template.matchFile(name) !== undefined
  )

/**
 * Every plain file below the base that the template could have made. Symbolic links are not followed, and not found:
 * what they lead to is not ours.
 */
export const scan = async (template: PathTemplate, base: string): Promise<ReadonlyArray<FoundFile>> => {
  const found: Array<FoundFile> = []
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (depth < template.depth) {
        if (entry.isDirectory() && template.matchesFolder(depth, entry.name)) await walk(path, depth + 1)
        continue
      }
      const match = entry.isFile() ? template.matchFile(entry.name) : undefined
      if (match === undefined) continue
      const stats = await stat(path).catch(() => undefined)
      if (stats !== undefined) found.push({ ...match, folder, path, bytes: stats.size, changedAt: stats.mtimeMs })
    }
  }
  await walk(base, 0)
  return found
}

const entriesOf = (folder: string): Promise<ReadonlyArray<Dirent>> =>
  attempt("read", folder, () =>
    readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return []
      throw cause
    }))
