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

const node = (name: string, file: string): Contender => ({
  name,
  command: (url) => [process.execPath, here(`../competitors/${file}`), `${url}?key=bench`],
})

/** Bare `ws`, `JSON.parse`, write the text on. */
export const bare: Contender = node("bare", "bareLoop.ts")

/** A hand-written differ. */
export const differ: Contender = node("differ", "differ.ts")

/** The loop of the vendor's documentation, where Python has the library that it uses. */
export const vendorLoop = (): Contender | undefined => {
  const python = process.env["PYTHON"] ?? "python3"
  if (spawnSync(python, ["-c", "import websockets"]).status !== 0) return undefined
  return { name: "python", command: (url) => [python, here("../competitors/vendorLoop.py"), `${url}?key=bench`] }
}

/** The command with one form of records, without records about the stream itself. */
export const ours = (emit: "messages" | "changes" | "raw"): Contender => ({
  name: emit,
  command: (url) => [
    process.execPath,
    builtCommand(),
    "--url",
    url,
    "--emit",
    emit,
    ...emit === "raw" ? [] : ["--no-control"],
  ],
})
