/** The commands that benches compare. Each connects to a URL and writes lines to standard output until SIGTERM. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Contender {
  readonly name: string
  readonly command: (url: string) => ReadonlyArray<string>
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The built command. Throws where it is not built. */
export const builtCommand = (): string => {
  const path = here("../../apps/pipe/dist/boltodds-pipe.js")
  if (!existsSync(path)) throw new Error("Cannot find the built command. Run `pnpm build` first.")
  return path
}

/** A loop in plain JavaScript: of TypeScript, each start would strip the types. */
const node = (name: string, file: string): Contender => ({
  name,
  command: (url) => [process.execPath, here(`../competitors/${file}`), `${url}?key=bench`],
})

/** Bare `ws`, `JSON.parse`, write the text on. */
export const bare: Contender = node("bare", "bareLoop.mjs")

/** A hand-written differ. */
export const differ: Contender = node("differ", "differ.mjs")

/** A step of the ladder from counting frames to the bare loop. */
export const rung = (step: "count" | "parse" | "map"): Contender => ({
  name: step,
  command: (url) => [process.execPath, here("../competitors/rung.mjs"), `${url}?key=bench`, step],
})

/** The loop of the vendor's documentation, where Python has the library that it uses. */
export const vendorLoop = (): Contender | undefined => {
  const python = process.env["PYTHON"] ?? "python3"
  if (spawnSync(python, ["-c", "import websockets"]).status !== 0) return undefined
  return { name: "python", command: (url) => [python, here("../competitors/vendorLoop.py"), `${url}?key=bench`] }
}

/** The forms of records that are compared. */
export type Emit = "messages" | "changes" | "raw"

/** A command with one form of records, without records about the stream itself. */
const oursOf = (name: string, path: () => string, emit: Emit): Contender => ({
  name,
  command: (url) => [
    process.execPath,
    path(),
    "--url",
    url,
    "--emit",
    emit,
    ...emit === "raw" ? [] : ["--no-control"],
  ],
})

/** The built command. */
export const ours = (emit: Emit): Contender => oursOf(emit, builtCommand, emit)

/** Another build of it, whose runs are called `changes@LABEL`. Throws where it is not built. */
export const otherBuild = (label: string, path: string, emit: Emit): Contender => {
  if (!existsSync(path)) throw new Error(`Cannot find the command ${label}: there is no file ${path}`)
  return oursOf(`${emit}@${label}`, () => path, emit)
}
