/** Folders and names below the base: made, checked, forced to the disk, and never overwritten. */
import { codeOf } from "@boltodds/machine"
import { chmod, link, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir } from "node:fs/promises"
import { dirname, join, resolve, sep } from "node:path"
import { attempt, FileError } from "../FileError.ts"
import type { FileOptions } from "../FileOptions.ts"
import type { PathTemplate } from "../PathTemplate.ts"

/** The mode of files as a number; undefined where the umask decides. */
export const fileMode = ({ mode }: Pick<FileOptions, "mode">): number | undefined =>
  mode === undefined ? undefined : Number.parseInt(mode, 8)

/** The mode of folders that hold files of this mode: who can read those can enter. */
const folderMode = (mode: number | undefined): number => mode === undefined ? 0o777 : mode | 0o100 | (mode & 0o044) >> 2

/** Makes a folder and those above it; gives its real path. */
export const makeBase = async (folder: string, mode: number | undefined): Promise<string> => {
  await attempt("make the folder", folder, async () => {
    try {
      const first = await mkdir(folder, { recursive: true, mode: folderMode(mode) })
      if (first === undefined || mode === undefined) return
      // What the umask took away of it, in all that was made.
      for (let made = resolve(folder); made.length >= first.length; made = dirname(made)) {
        await chmod(made, folderMode(mode))
      }
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") throw cause
      throw new FileError("make the folder", folder, new Error("there is a file of that name; write elsewhere"), true)
    }
  })
  return attempt("use the folder", folder, () => realpath(folder))
}

/** Forces the names in a folder to the disk. Windows cannot, and does not need to. */
export const syncFolder = (folder: string): Promise<void> =>
  attempt("sync the folder", folder, async () => {
    const handle = await open(folder, "r").catch((cause: unknown) => {
      if (isWithoutSync(cause)) return undefined
      throw cause
    })
    if (handle === undefined) return
    try {
      await handle.sync()
    } catch (cause) {
      if (!isWithoutSync(cause)) throw cause
    } finally {
      await handle.close()
    }
  })

/** What systems say that do not sync folders. */
const isWithoutSync = (cause: unknown): boolean =>
  ["EISDIR", "EPERM", "EINVAL", "ENOTSUP"].includes(codeOf(cause) ?? "")

/** The base folder of a sink and all below it. */
export class Folder {
  readonly base: string
  readonly #template: PathTemplate
  readonly #isDurable: boolean
  readonly #mode: number | undefined
  readonly #known = new Set<string>()
  /** The next number of each stem, by folder: read once, since only we complete files here. */
  readonly #numbers = new Map<string, Map<string, number>>()

  constructor(base: string, template: PathTemplate, isDurable: boolean, mode: number | undefined) {
    this.base = base
    this.#mode = mode
    this.#template = template
    this.#isDurable = isDurable
  }

  /** Makes the folders of a file, each inside the base really and not by a symbolic link that leads elsewhere. */
  async make(folders: ReadonlyArray<string>): Promise<string> {
    let path = this.base
    if (!this.#known.has(path)) {
      await makeBase(path, this.#mode)
      this.#known.add(path)
    }
    for (const name of folders) {
      const parent = path
      path = join(parent, name)
      if (this.#known.has(path)) continue
      const made = await attempt(
        "make the folder",
        path,
        () =>
          mkdir(path, { mode: folderMode(this.#mode) }).then(async () => {
            if (this.#mode !== undefined) await chmod(path, folderMode(this.#mode))
            return true
          }, (cause: unknown) => {
            if (codeOf(cause) === "EEXIST") return false
            throw cause
          }),
      )
      const real = await attempt("use the folder", path, () => realpath(path))
      if (real !== path && !real.startsWith(this.base.endsWith(sep) ? this.base : this.base + sep)) {
        const why = new Error(`a symbolic link leads to ${real}, outside of ${this.base}; remove the link`)
        throw new FileError("write in", path, why, true)
      }
      if (made && this.#isDurable) await syncFolder(parent)
      this.#known.add(path)
    }
    return path
  }

  /** Looks again at all folders when they are next needed: somebody removed one. */
  forget(): void {
    this.#known.clear()
    this.#numbers.clear()
  }

  /**
   * Gives a finished file its final name, with the next number where there were files of that name. An existing file is
   * never overwritten: a link is made, which fails where the name is taken.
   */
  async complete(part: string, folder: string, stem: string, ext: string): Promise<string> {
    for (;;) {
      const number = await this.#nextNumber(folder, stem)
      const final = join(folder, number === 0 ? stem + ext : `${stem}.${number}${ext}`)
      const isNamed = await attempt("complete", part, () => nameAnew(part, final))
      this.#numbers.get(folder)?.set(stem, number + 1)
      if (!isNamed) continue
      if (this.#isDurable) await syncFolder(folder)
      return final
    }
  }

  async #nextNumber(folder: string, stem: string): Promise<number> {
    let numbers = this.#numbers.get(folder)
    if (numbers === undefined) {
      numbers = new Map()
      for (const name of await attempt("read", folder, () => readdir(folder))) {
        const match = this.#template.matchFile(name)
        if (match === undefined || match.isPart) continue
        numbers.set(match.stem, Math.max(numbers.get(match.stem) ?? 0, match.number + 1))
      }
      // Folders named by time come and go.
      if (this.#numbers.size >= 1000) this.#numbers.clear()
      this.#numbers.set(folder, numbers)
    }
    return numbers.get(stem) ?? 0
  }

  /** Removes the folders above a deleted file, as far as they are empty. */
  async prune(folder: string): Promise<void> {
    for (let path = folder; path !== this.base && path.startsWith(this.base); path = join(path, "..")) {
      try {
        await rmdir(path)
      } catch {
        // Not empty.
        return
      }
      this.#known.delete(path)
      this.#numbers.delete(path)
    }
  }
}

/** Gives a file another name; false where that is taken. */
const nameAnew = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === "EEXIST") return false
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES"].includes(code ?? "")) throw cause
    // No links on this file system. Only sinks with our lock make these names, so nobody takes it in between.
    const taken = await lstat(to).then(() => true, () => false)
    if (taken) return false
    await rename(from, to)
    return true
  }
  await rm(from, { force: true })
  return true
}
