/** Compiled code of this command from an earlier run, which saves about 12 % of the processor time of a start. */
// First: its effects must be there before anything else runs.
// oxlint-disable-next-line import/no-unassigned-import
import "./guards.ts"
import { cacheFolder, makeCodeFolder } from "@boltodds/machine"
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs"
import module from "node:module"
import { join } from "node:path"

/**
 * Lets Node keep the compiled code of all modules that are loaded from here on in `$XDG_CACHE_HOME/boltodds/compiled`.
 *
 * Node executes what it finds there: the folder is used only if no other user but root can write in it or replace it. In
 * every other case (a home that cannot be written, a cache that the environment sets or disables, the permission model,
 * Deno, Bun) the command starts without this cache, and reports nothing.
 */
export const startCompileCache = (): void => {
  // With the permission model, and in Deno, looking at the folder would need a permission.
  const permission = process.permission as NodeJS.Process["permission"] | undefined
  if (permission !== undefined || process.versions["deno"] !== undefined) return
  const { NODE_COMPILE_CACHE = "", NODE_DISABLE_COMPILE_CACHE = "" } = process.env
  if (NODE_COMPILE_CACHE !== "" || NODE_DISABLE_COMPILE_CACHE !== "") return
  // Not every runtime has it.
  const { enableCompileCache: enable }: Partial<typeof module> = module
  if (enable === undefined) return
  try {
    const folder = makeCodeFolder(join(cacheFolder(), "compiled"))
    if (folder === undefined) return
    enable(folder)
    sweep(folder)
  } catch {
    // The command does the same without a cache, a little later.
  }
}

const dayMillis = 86_400_000

/**
 * Node only adds entries: some for each version of the command, at each place. Once a day, those are removed that were
 * written more than 30 days ago. One that is still in use is written again.
 */
const sweep = (folder: string): void => {
  const now = Date.now()
  // The time of the folder is that of the last sweep: entries lie one folder deeper.
  if (now - statSync(folder).mtimeMs < dayMillis) return
  utimesSync(folder, now / 1000, now / 1000)
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const entry = join(folder, name)
    const stats = statSync(entry)
    if (stats.isFile() && now - stats.mtimeMs > 30 * dayMillis) rmSync(entry)
  }
}
