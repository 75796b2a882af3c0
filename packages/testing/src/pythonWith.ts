/** A Python of this machine that has a library. */
import { spawnSync } from "node:child_process"

const known = new Map<string, string | undefined>()

/** The first Python that has this library: `PYTHON`, the one on the path, the system's. Undefined if none has. */
export const pythonWith = (library: string): string | undefined => {
  if (known.has(library)) return known.get(library)
  const candidates = [process.env["PYTHON"] ?? "python3", "python3", "/usr/bin/python3"]
  const found = candidates.find((python) => spawnSync(python, ["-c", `import ${library}`]).status === 0)
  known.set(library, found)
  return found
}
