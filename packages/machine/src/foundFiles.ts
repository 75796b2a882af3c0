/**
 * Files that a scan of a folder finds, such as the locks and the state of other processes. Any user who can write in the
 * folder may have put them there: a pipe that never ends, a link, a device, a file without end, false content.
 */
import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { isTrustedOwner } from "./exposure.ts"
import { codeOf } from "./errorCodes.ts"

/** What a found file holds. */
export interface FoundText {
  readonly text: string
  /** Wall time in milliseconds. */
  readonly changedAt: number
  /** The user that it belongs to. */
  readonly userId: number
}

const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOCTTY ?? 0)

/** What opening says of things that are no regular files: a link, a socket. */
const noFile: ReadonlySet<string | undefined> = new Set(["ENOENT", "ELOOP", "EMLINK", "ENXIO", "ENODEV", "EISDIR"])

/**
 * Reads a file that anybody may have made; never waits for another process. Undefined where there is none, and where it
 * is not to be believed: no regular file, larger than `maxBytes`, or of a user that `trusts` refuses. Rejects where the
 * system does not let us read it.
 */
export const readFound = async (
  file: string,
  maxBytes: number,
  trusts: (userId: number) => boolean = isTrustedOwner,
): Promise<FoundText | undefined> => {
  let handle: FileHandle
  try {
    handle = await open(file, flags)
  } catch (cause) {
    if (noFile.has(codeOf(cause))) return undefined
    throw cause
  }
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > maxBytes || !trusts(stats.uid)) return undefined
    // One byte more than allowed, in case it grows meanwhile.
    const buffer = Buffer.alloc(stats.size + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead
    }
    if (length > maxBytes) return undefined
    return { text: buffer.toString("utf8", 0, length), changedAt: stats.mtimeMs, userId: stats.uid }
  } finally {
    await handle.close()
  }
}

/** The text alone of what {@link readFound} reads. */
export const readSmall = async (file: string, maxBytes: number): Promise<string | undefined> =>
  (await readFound(file, maxBytes))?.text
