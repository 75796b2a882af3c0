/** What several test files need is built by the first of them. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { inject } from "vitest"

/** Longer than any build takes: then the process that began it is gone. */
const longestMillis = 240_000

/** Gives a folder that `build` filled, in this process or in another of the same run of tests. */
export const buildOnce = async (name: string, build: (folder: string) => Promise<void>): Promise<string> => {
  const built = join(inject("runFolder"), name)
  if (existsSync(built)) return built
  const building = `${built}.building`
  const failed = `${built}.failed`
  // A folder can be made once: the process that makes this one builds. It stays, so that no other builds again.
  if (!isMade(building)) {
    const until = Date.now() + longestMillis
    while (!existsSync(built)) {
      if (existsSync(failed)) throw new Error(`Building ${name} failed: ${readFileSync(failed, "utf8")}`)
      if (Date.now() > until) throw new Error(`Nobody finished building ${name}`)
      await setTimeout(50)
    }
    return built
  }
  try {
    await build(join(building, "made"))
  } catch (cause) {
    writeFileSync(failed, String(cause))
    throw cause
  }
  renameSync(join(building, "made"), built)
  return built
}

const isMade = (folder: string): boolean => {
  try {
    mkdirSync(folder)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false
    throw cause
  }
}
