/** Small files that several processes read and write, any of which may die at any moment. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { processId } from "./processes.ts"

/**
 * Makes a folder and those above it, for this user alone.
 *
 * Not mkdir's own `recursive`: Node tries for ever where a folder exists and nothing can be made in it for ENOENT, as
 * in /proc or a folder that was deleted under us.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return
    const parent = dirname(folder)
    if (codeOf(cause) !== "ENOENT" || parent === folder) throw cause
    await makeFolder(parent)
    await mkdir(folder, { mode: 0o700 }).catch((again: unknown) => {
      // Another process was quicker.
      if (codeOf(again) !== "EEXIST") throw again
    })
  }
}

let parts = 0

/** Writes a file as a whole: who reads it gets the old text or the new one, never a part. */
export const writeWhole = async (file: string, text: string): Promise<void> => {
  await makeFolder(dirname(file))
  const part = `${file}.${processId}-${parts++}.part`
  try {
    await writeFile(part, text, { mode: 0o600 })
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {})
    throw cause
  }
}

/** The text of a file; undefined where there is none, and where it is no plain file or larger than we would write. */
export const readSmall = async (file: string, maxBytes: number): Promise<string | undefined> => {
  try {
    const found = await stat(file)
    return found.isFile() && found.size <= maxBytes ? await readFile(file, "utf8") : undefined
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}

/** The JSON object in a text; undefined for anything else: files can be torn, or edited by hand. */
export const objectIn = (text: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined
  } catch {
    return undefined
  }
}

/** The names in a folder; none where there is no such folder. */
export const namesIn = async (folder: string): Promise<ReadonlyArray<string>> => {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return []
    throw cause
  }
}

/** Removes what nobody has touched for this long, of the entries of a folder that `ours` names. Best effort. */
export const removeOld = async (
  folder: string,
  ours: (name: string) => boolean,
  olderThanMillis: number,
): Promise<void> => {
  const names = await namesIn(folder).catch(() => [])
  await Promise.all(
    names.filter(ours).map(async (name) => {
      const path = join(folder, name)
      try {
        if (Date.now() - (await stat(path)).mtimeMs > olderThanMillis) await rm(path, { recursive: true, force: true })
      } catch {
        // Gone already, or not ours to remove: it does no harm where it is.
      }
    }),
  )
}

/** `ENOENT` and the like. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

/** Why a file could not be used, in a word where there is one. */
export const reasonOf = (cause: unknown): string =>
  codeOf(cause) ?? (cause instanceof Error ? cause.message : String(cause))
