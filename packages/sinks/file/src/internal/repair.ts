/** Files that a dead process left, made whole and given their final names. */
import { isPlanted } from "@boltodds/machine"
import { constants } from "node:fs"
import { type FileHandle, lstat, open, readdir, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { attempt, FileError, type FileEvent } from "../FileError.ts"
import type { PathTemplate } from "../PathTemplate.ts"
import type { Codec } from "./Codec.ts"
import type { Folder } from "./Folder.ts"
import { type FileLock, refuseForeign } from "./FileLock.ts"
import { type FoundFile, scan } from "./scan.ts"

/** What repairing needs of the sink. */
export interface RepairContext {
  readonly template: PathTemplate
  readonly folder: Folder
  readonly codec: Codec
  readonly lock: FileLock
  readonly isDurable: boolean
  readonly onEvent: (event: FileEvent) => void
}

/** Repairs all files of the template that were being written when their process ended. */
export const repairAll = async (context: RepairContext): Promise<void> => {
  for (const found of await scan(context.template, context.folder.base)) {
    if (!found.isPart) continue
    if (!await attempt("look at", found.path, async () => isPlanted(found.path))) await repair(context, found)
    // In the way only where a file of ours gets that name.
    else await putPlantedAway(context, found.path).catch((error: unknown) => tellTrouble(context, error))
  }
}

/** Repairs one file. Fails where another living sink writes it. What a stranger left there is not completed as ours. */
export const repair = async (
  context: RepairContext,
  { path, folder, stem }: Pick<FoundFile, "path" | "folder" | "stem">,
): Promise<void> => {
  const { onEvent } = context
  if (await attempt("look at", path, async () => isPlanted(path))) return putPlantedAway(context, path)
  const stats = await attempt("look at", path, () => lstat(path))
  if (!stats.isFile()) throw new FileError("repair", path, new Error("it is no plain file; remove it"), true)
  await refuseForeign(path, context.lock)
  if (await hasFinalName(context.template, path, folder)) return attempt("remove", path, () => rm(path))
  const outcome = await attempt("repair", path, () => makeWhole(path, context))
  if (outcome === undefined) {
    const movedTo = await setAside(path)
    onEvent({ _tag: "Unreadable", path, movedTo })
    return
  }
  const { cutBytes, keptBytes, rescuedLines } = outcome
  if (cutBytes > 0) onEvent({ _tag: "Repaired", path, cutBytes, keptBytes, rescuedLines })
  if (keptBytes === 0 && rescuedLines === 0) return attempt("remove", path, () => rm(path))
  const ext = path.slice(join(folder, stem).length, -".part".length)
  const final = await context.folder.complete(path, folder, stem, ext)
  onEvent({ _tag: "Completed", path: final, bytes: keptBytes })
}

const putPlantedAway = async ({ onEvent }: RepairContext, path: string): Promise<void> => {
  try {
    onEvent({ _tag: "Unreadable", path, movedTo: await setAside(path) })
  } catch (cause) {
    const why = "another user made it, in a folder where everybody can write; write to a folder of your own"
    throw new FileError("use", path, new Error(why, { cause }), true)
  }
}

const tellTrouble = ({ onEvent }: RepairContext, cause: unknown): void =>
  onEvent({ _tag: "Trouble", error: cause instanceof FileError ? cause : new FileError("repair", "files", cause) })

interface Outcome {
  readonly cutBytes: number
  /** Of the file as it was; what finishes it comes on top. */
  readonly keptBytes: number
  readonly rescuedLines: number
}

const makeWhole = async (path: string, { codec, isDurable }: RepairContext): Promise<Outcome | undefined> => {
  const handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
  try {
    const { size } = await handle.stat()
    const sound = await codec.findSound(handle, size)
    if (sound === undefined) return undefined
    const { keep, end, rescuedLines } = sound
    // What is compressed anew may never be followed by what is torn: a death in between would make it unreadable.
    if (rescuedLines > 0) await handle.truncate(keep)
    // Finished over what is torn first: where the disk is full there is room for it in what the file has.
    await writeAt(handle, end, keep)
    if (keep + end.length < size && rescuedLines === 0) await handle.truncate(keep + end.length)
    if (isDurable) await handle.sync()
    return { cutBytes: size - keep, keptBytes: keep, rescuedLines }
  } finally {
    await handle.close()
  }
}

const writeAt = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let written = 0; written < bytes.length;) {
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
}

/** Its process ended between giving it the final name and taking the other away. */
const hasFinalName = async (template: PathTemplate, path: string, folder: string): Promise<boolean> => {
  const { ino, dev, nlink } = await attempt("look at", path, () => stat(path))
  if (nlink < 2) return false
  for (const name of await attempt("read", folder, () => readdir(folder))) {
    const match = template.matchFile(name)
    if (match === undefined || match.isPart) continue
    const other = await stat(join(folder, name)).catch(() => undefined)
    if (other?.ino === ino && other.dev === dev) return true
  }
  return false
}

/** Out of the way, under a name that is free. */
const setAside = async (path: string): Promise<string> => {
  for (let number = 0;; number++) {
    const aside = `${path}.broken${number === 0 ? "" : `.${number}`}`
    if (await lstat(aside).then(() => true, () => false)) continue
    await attempt("set aside", path, () => rename(path, aside))
    return aside
  }
}
