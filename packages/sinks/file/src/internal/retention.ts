/** Which complete files stay. */
import { codeOf, isPlanted } from "@boltodds/machine"
import * as Duration from "effect/Duration"
import { rm } from "node:fs/promises"
import { attempt, FileError, type FileEvent } from "../FileError.ts"
import type { KeepOptions } from "../FileOptions.ts"
import type { PathTemplate } from "../PathTemplate.ts"
import type { Folder } from "./Folder.ts"
import { type FoundFile, scan } from "./scan.ts"

/** A file to delete, and the bound that it is beyond. */
export interface Expired {
  readonly file: FoundFile
  readonly by: "files" | "age" | "bytes"
}

/** The complete files beyond a bound, oldest first. `now` is wall time in milliseconds. */
export const expired = (files: ReadonlyArray<FoundFile>, keep: KeepOptions, now: number): ReadonlyArray<Expired> => {
  const newestFirst = files.filter((file) => !file.isPart).toSorted((a, b) =>
    b.changedAt - a.changedAt || (a.stem < b.stem ? 1 : a.stem > b.stem ? -1 : b.number - a.number)
  )
  const { files: maxFiles = Infinity, bytes: maxBytes = Infinity } = keep
  const maxAge = keep.age === undefined ? Infinity : Duration.toMillis(keep.age)
  let bytes = 0
  return newestFirst.flatMap((file, index): ReadonlyArray<Expired> => {
    bytes += file.bytes
    if (index >= maxFiles) return [{ file, by: "files" }]
    if (now - file.changedAt >= maxAge) return [{ file, by: "age" }]
    return bytes > maxBytes ? [{ file, by: "bytes" }] : []
  }).toReversed()
}

/** Deletes what is beyond a bound, and folders that are empty then. What fails is reported, and tried again next time. */
export const retain = async (
  template: PathTemplate,
  folder: Folder,
  keep: KeepOptions,
  now: number,
  onEvent: (event: FileEvent) => void,
): Promise<void> => {
  try {
    // Files of others under names like ours would push ours out.
    const own = (await scan(template, folder.base)).filter(({ path }) => !isGoneOrPlanted(path))
    for (const { file, by } of expired(own, keep, now)) {
      await attempt("remove", file.path, () => rm(file.path, { force: true }))
      onEvent({ _tag: "Removed", path: file.path, bytes: file.bytes, by })
      await folder.prune(file.folder)
    }
  } catch (cause) {
    onEvent({ _tag: "Trouble", error: cause instanceof FileError ? cause : new FileError("tidy", folder.base, cause) })
  }
}

const isGoneOrPlanted = (path: string): boolean => {
  try {
    return isPlanted(path)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return true
    throw cause
  }
}
