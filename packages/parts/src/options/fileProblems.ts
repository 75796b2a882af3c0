/** Files that an option names, looked at before they are opened. */
import type { OptionProblem } from "@boltodds/config"
import { statSync } from "node:fs"
import { resolve } from "node:path"

/** The files in an option. */
export const filesIn = (file: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  file === undefined ? [] : typeof file === "string" ? [file] : file

/** Where files are, and what they hold. */
interface NamedFiles {
  readonly folder: string
  /** As `recording`. */
  readonly what: string
}

/** Looks at the files of the option `file`, without opening them. */
export const fileProblems = (file: unknown, { folder, what }: NamedFiles): ReadonlyArray<OptionProblem> => {
  if (Array.isArray(file) && file.length === 0) {
    return [{ path: ["file"], message: `expected at least one ${what}; got none`, remedy: "name its file" }]
  }
  const files = Array.isArray(file)
    ? file.map((path: unknown, index) => [["file", index], path] as const)
    : [[["file"], file] as const]
  return files.flatMap(([path, name]): ReadonlyArray<OptionProblem> => {
    if (typeof name !== "string") return []
    const why = whyUnreadable(resolve(folder, name), name)
    return why === undefined ? [] : [{ path, message: `Cannot read the ${what}: ${why}`, remedy: "correct the path" }]
  })
}

const whyUnreadable = (path: string, name: string): string | undefined => {
  if (name === "") return "its path is empty"
  try {
    return statSync(path).isDirectory() ? "it is a folder" : undefined
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    return code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : message
  }
}
