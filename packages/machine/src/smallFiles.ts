/** Small files that several processes read and write, any of which may die at any moment. */
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { codeOf } from "./errorCodes.ts"
import { makeFolder } from "./folders.ts"
import { processId } from "./processes.ts"

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
