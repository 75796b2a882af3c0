/** The bytes of a configuration or scenario: a file, a pipe such as `<(generate)`, or a clear reason why not. */
import { constants, type Stats } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { BadConfiguration } from "./BadConfiguration.ts"

/** More than any configuration has: 8 MiB. */
export const mostBytes = 8 * 1024 * 1024

/** How long a pipe may be silent. */
const pipeMillis = 10_000
const pollMillis = 20

/** Reads a configuration file, or another `kind` of file that a person wrote. Throws {@link BadConfiguration}. */
export const readConfigFile = async (path: string, kind = "configuration"): Promise<Uint8Array> => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new BadConfiguration(`Cannot read the ${kind} ${path}: ${why}`, cause === undefined ? {} : { cause })
  }
  let handle: FileHandle | undefined
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would hold a thread of Node for ever, and with it the process.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = await handle.stat()
    if (stats.isDirectory()) refuse("it is a folder. Name the file in it.")
    if (stats.isFile() && stats.size > mostBytes) refuse(tooLarge(stats))
    const read = await readAll(handle, !stats.isFile())
    if (read === "silent") {
      return refuse(
        `it is a pipe, and nothing was written to it within ${pipeMillis / 1000} s. Start its writer first.`,
      )
    }
    return read === "large" ? refuse(tooLarge(undefined)) : read
  } catch (cause) {
    if (cause instanceof BadConfiguration) throw cause
    return refuse(whyUnread(cause as NodeJS.ErrnoException), cause)
  } finally {
    await handle?.close()
  }
}

const readAll = async (handle: FileHandle, isPipe: boolean): Promise<Uint8Array | "silent" | "large"> => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  for (let waited = 0;;) {
    const chunk = Buffer.alloc(64 * 1024)
    const bytesRead = await handle.read(chunk, 0, chunk.length, null).then(
      (read) => read.bytesRead,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === "EAGAIN") return undefined
        throw cause
      },
    )
    // Nothing yet: its writer has not come, or has not written.
    if (bytesRead === undefined || bytesRead === 0 && isPipe && bytes === 0) {
      if (waited >= pipeMillis) return "silent"
      await sleep(pollMillis)
      waited += pollMillis
      continue
    }
    if (bytesRead === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, bytesRead))
    bytes += bytesRead
    waited = 0
    if (bytes > mostBytes) return "large"
  }
}

const tooLarge = (stats: Stats | undefined): string => {
  const found = stats === undefined ? "more than" : `${Math.ceil(stats.size / 1024 / 1024)} MiB, and may have`
  return `it has ${found} ${mostBytes / 1024 / 1024} MiB. Check that it is the right file.`
}

const whyUnread = ({ code, message }: NodeJS.ErrnoException): string => {
  switch (code) {
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
      return message
  }
}
