/**
 * Files that the user names: a key, a secret, a certificate, a configuration. Links are followed (a secret of Kubernetes is
 * one) and pipes are read (`<(vault read …)`), but never waited for without end.
 */
import { accessSync, constants, statSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { codeOf } from "./errorCodes.ts"
import { type Exposure, secretExposure } from "./exposure.ts"

/** What a named file holds. */
export interface NamedFile {
  readonly bytes: Uint8Array
  /** Such as `<(generate)`: it gives what it holds only once. */
  readonly isPipe: boolean
}

/** How much is read of a named file, and how long it is waited for. */
export interface NamedFileLimits {
  /** More is refused, in bytes. */
  readonly maxBytes: number
  /** How long a pipe may be silent, in milliseconds. @default 10_000 */
  readonly silentMillis?: number | undefined
  /** How long a pipe may take in all, in milliseconds. @default 60_000 */
  readonly totalMillis?: number | undefined
}

/** A named file cannot be read. The message names no file: `there is no such file. Check its name.` */
export class NamedFileError extends Error {
  readonly _tag = "NamedFileError"
  override readonly name: string = "NamedFileError"
  /** The system's, such as `ENOENT`; undefined where the system had no objection. */
  readonly code: string | undefined

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = codeOf(cause)
  }
}

const pollMillis = 20

/** Reads a file as a whole. Rejects with {@link NamedFileError}. */
export const readNamed = async (path: string, limits: NamedFileLimits): Promise<NamedFile> => {
  let handle: FileHandle | undefined
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would hold a thread of Node for ever, and with it the process.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
    const stats = await handle.stat()
    if (stats.isDirectory()) throw new NamedFileError("it is a folder. Name the file in it.")
    const isPipe = !stats.isFile()
    if (!isPipe && stats.size > limits.maxBytes) throw tooLarge(stats.size, limits)
    return { bytes: await readAll(handle, isPipe, limits), isPipe }
  } catch (cause) {
    throw cause instanceof NamedFileError ? cause : new NamedFileError(whyUnread(cause), cause)
  } finally {
    await handle?.close()
  }
}

/**
 * Who besides its owner can read a file with a secret; undefined where nobody can, where it is no regular file, and where
 * it cannot be looked at.
 */
export const namedSecretExposure = (path: string): Exposure | undefined => {
  try {
    return secretExposure(path, statSync(path), () => isReadOnly(path))
  } catch {
    // Reading it says why.
    return undefined
  }
}

const isReadOnly = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (cause) {
    return codeOf(cause) === "EROFS"
  }
}

const readAll = async (handle: FileHandle, isPipe: boolean, limits: NamedFileLimits): Promise<Buffer> => {
  const { maxBytes, silentMillis = 10_000, totalMillis = 60_000 } = limits
  const chunks: Array<Buffer> = []
  let bytes = 0
  for (let silent = 0, total = 0;;) {
    const chunk = Buffer.alloc(Math.min(64 * 1024, maxBytes + 1))
    const bytesRead = await handle.read(chunk, 0, chunk.length, null).then(
      (read) => read.bytesRead,
      (cause: unknown) => {
        if (codeOf(cause) === "EAGAIN") return undefined
        throw cause
      },
    )
    // Nothing yet: its writer has not come, or has not written.
    if (bytesRead === undefined || bytesRead === 0 && isPipe && bytes === 0) {
      if (silent >= silentMillis || total >= totalMillis) throw tooSlow(bytes, silent, total)
      await sleep(pollMillis)
      silent += pollMillis
      total += pollMillis
      continue
    }
    if (bytesRead === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, bytesRead))
    bytes += bytesRead
    silent = 0
    if (bytes > maxBytes) throw tooLarge(undefined, limits)
  }
}

const tooSlow = (bytes: number, silent: number, total: number): NamedFileError =>
  new NamedFileError(
    bytes === 0
      ? `it is a pipe, and nothing was written to it within ${silent / 1000} s. Start its writer first.`
      : `it is a pipe, and its writer had not ended after ${
        Math.max(silent, total) / 1000
      } s. Write it at once, and close it.`,
  )

const tooLarge = (size: number | undefined, { maxBytes }: NamedFileLimits): NamedFileError => {
  const found = size === undefined ? "more than" : `${sizeText(size)}, and may have`
  return new NamedFileError(`it has ${found} ${sizeText(maxBytes)}. Check that it is the right file.`)
}

const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / 1024 / 1024)} MiB`

const whyUnread = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case "ENOENT":
      return "there is no such file. Check its name."
    case "ENOTDIR":
      return "a part of its path is a file, not a folder. Check the path."
    case "EACCES":
    case "EPERM":
      return "permission denied. Check the file's mode, or run as its owner."
    case "ELOOP":
      return "its symbolic links lead in a circle. Name the file itself."
    case "ENAMETOOLONG":
      return "its name is too long. Name a file, not its content."
    case "ENXIO":
      return "it is a socket. Name a file."
    default:
      // The system's own words may hold the name, which may be a secret that was written in the wrong place.
      return `the system refuses it (${codeOf(cause) ?? "no reason given"}). Check that it is a file.`
  }
}
