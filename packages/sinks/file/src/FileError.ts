/** Why a file or a folder could not be used, in a sentence that says what to do. */
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
