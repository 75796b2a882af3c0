/** What happens to the files of a sink, and why a file or a folder could not be used. */
import { codeOf } from "@boltodds/machine"

const advice: Readonly<Record<string, string>> = {
  EACCES: "permission denied; let this user write there",
  EPERM: "not permitted; let this user write there",
  EROFS: "the file system is read-only; write elsewhere, or mount it writable",
  ENOTDIR: "a part of the path is not a folder; remove it, or write elsewhere",
  EISDIR: "there is a folder of that name; remove it, or write elsewhere",
  ELOOP: "it is a symbolic link; write to the place itself",
  ENAMETOOLONG: "the path is too long; use a shorter one",
  ENOSPC: "the disk is full; make room",
  EDQUOT: "the quota is used up; make room",
  EFBIG: "the file has reached the largest size allowed; rotate by size, or raise the limit",
  ENOENT: "it is gone, or its folder is; make the folder if it does not come back",
  EIO: "the disk failed to read or write; look at the system's log",
  EMFILE: "too many open files in this process; lower max_open, or raise the limit",
  ENFILE: "too many open files on this machine; raise the limit",
}

/** What trying again cannot mend: somebody has to change something first. */
const lasting: ReadonlySet<string> = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOTDIR",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
])

/** A file or a folder could not be used. `code` is the system's (`ENOSPC`, …) where it gave one. */
export class FileError extends Error {
  readonly _tag = "FileError"
  readonly path: string
  readonly code: string | undefined
  /** Whether trying again cannot mend it. */
  readonly isLasting: boolean

  constructor(action: string, path: string, cause: unknown, isLasting?: boolean) {
    const code = codeOf(cause)
    const why = code === undefined
      ? cause instanceof Error ? cause.message : String(cause)
      : `${advice[code] ?? "the system refused"} (${code})`
    super(`Cannot ${action} ${path}: ${why}`, { cause })
    this.path = path
    this.code = code
    this.isLasting = isLasting ?? (code !== undefined && lasting.has(code))
  }
}

/** Does something to a path; what goes wrong is a {@link FileError}. */
export const attempt = async <A>(action: string, path: string, work: () => Promise<A>): Promise<A> => {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof FileError ? cause : new FileError(action, path, cause)
  }
}

/**
 * What happens to the files of a sink:
 *
 * - `Repaired`: a file that an earlier process left is whole again. `cutBytes` of its torn end are cut off, `keptBytes`
 *   stay, and `rescuedLines` of the torn end could be read and are compressed anew.
 * - `Unreadable`: a file begins with nothing that can be read. It is moved to another name, unchanged.
 * - `Completed`: a file has its final name and never changes again.
 * - `Removed`: retention deleted a file.
 * - `Gone`: the file that was being written was deleted or moved. A new one begins.
 * - `TooManySeries`: there are `most` different values of the path's fields. Records with further ones go to `path`.
 *   Reported once a day.
 * - `TooManyControls`: `most` controls are kept for files that have no record yet. The oldest are in all files now. With
 *   `path`, records that would begin another file go there until the next `stream_started`. Reported once a day.
 * - `Trouble`: something failed that does not stop delivery: retention, a folder that could not be synced, the end of a
 *   file at closing.
 */
export type FileEvent =
  | {
    readonly _tag: "Repaired"
    readonly path: string
    readonly cutBytes: number
    readonly keptBytes: number
    readonly rescuedLines: number
  }
  | { readonly _tag: "Unreadable"; readonly path: string; readonly movedTo: string }
  | { readonly _tag: "Completed"; readonly path: string; readonly bytes: number }
  | { readonly _tag: "Removed"; readonly path: string; readonly bytes: number; readonly by: "files" | "age" | "bytes" }
  | { readonly _tag: "Gone"; readonly path: string }
  | { readonly _tag: "TooManySeries"; readonly path: string; readonly most: number }
  | { readonly _tag: "TooManyControls"; readonly path: string | undefined; readonly most: number }
  | { readonly _tag: "Trouble"; readonly error: FileError }
